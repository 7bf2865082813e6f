use crate::support::Place;

/// Every command that there is, below `command`, as the help lists them.
fn commands_below(command: &str) -> Vec<String> {
    let help = Place::plain().run(&format!("{command} --help")).stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let names: Vec<_> = listed
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    names
        .iter()
        .flat_map(|name| {
            let command = format!("{command} {name}").trim().to_owned();
            let below = commands_below(&command);
            std::iter::once(command).chain(below)
        })
        .collect()
}

#[test]
fn every_command_has_its_help() {
    let mut all = vec![String::new()];
    all.extend(commands_below(""));
    for command in &all {
        let help = Place::plain().run(&format!("{command} --help"));
        assert_eq!(help.status, 0, "{help}");
        let name = if command.is_empty() { "stepgate".to_owned() } else { command.replace(' ', "-") };
        insta::assert_snapshot!(format!("help-{name}"), help);
    }
    assert!(all.len() > 12, "{all:?}");
}

#[test]
fn the_help_does_not_tell_what_is_in_the_environment() {
    let help = Place::plain().env("STEPGATE_CONFIG", "secret.yaml").run("config --help");
    assert!(help.stdout.contains("[env: STEPGATE_CONFIG]"), "{help}");
}

#[test]
fn a_mistyped_command_is_wrong_usage_and_named() {
    insta::assert_snapshot!(Place::plain().run("docter"), @r"
    ------- stderr -------
    error: unrecognized subcommand 'docter'

      tip: a similar subcommand exists: 'doctor'

    Usage: stepgate <COMMAND>

    For more information, try '--help'.
    [exit status: 2]
    ");
    insta::assert_snapshot!(Place::plain().run("schema"), @r"
    ------- stderr -------
    error: the following required arguments were not provided:
      <WHAT>

    Usage: stepgate schema <WHAT>

    For more information, try '--help'.
    [exit status: 2]
    ");
}
