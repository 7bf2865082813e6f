use crate::support::Place;

#[test]
fn each_shell_gets_a_script_that_knows_all_commands() {
    for (shell, start) in [("bash", "_stepgate()"), ("zsh", "#compdef stepgate"), ("fish", "# Print an optspec")] {
        let script = Place::plain().run(&format!("completions {shell}"));
        assert_eq!(script.status, 0, "{script}");
        assert!(script.stdout.starts_with(start), "{}", &script.stdout[..200]);
        for word in ["doctor", "completions", "baseline", "changed-lines"] {
            assert!(script.stdout.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn another_shell_is_wrong_usage() {
    insta::assert_snapshot!(Place::plain().run("completions csh"), @r"
    ------- stderr -------
    error: invalid value 'csh' for '<SHELL>'
      [possible values: bash, elvish, fish, powershell, zsh]

      tip: a similar value exists: 'zsh'

    For more information, try '--help'.
    [exit status: 2]
    ");
}
