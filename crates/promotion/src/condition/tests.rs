use proptest::prelude::{Strategy, any, prop, proptest};

use super::{ConditionError, check, evaluate, with_room};

/// Reads and evaluates with nothing known but some values of each type.
fn run(expression: &str) -> Result<bool, ConditionError> {
    with_room(|| {
        let mut context = cel::Context::default();
        context.add_variable_from_value("service", "orders-api");
        context.add_variable_from_value("hour", 14_i64);
        context.add_variable_from_value("holds", vec!["a", "b"]);
        context.add_variable_from_value("approvals", std::collections::HashMap::from([("count", 2_i64)]));
        evaluate(expression, &context)
    })
}

#[test]
fn what_is_true_is_met_and_nothing_else_is() {
    assert_eq!(run("service == 'orders-api' && hour >= 9 && approvals.count > 1"), Ok(true));
    assert_eq!(run("service.startsWith('pay') || hour < 6"), Ok(false));
    assert_eq!(run("holds.all(h, h != 'c') && size(holds) == 2"), Ok(true));
    let refused = [
        "1",
        "'true'",
        "null",
        "[true]",
        "{'a': true}",
        "hour",
        "bool",
        "true && 1",
        "soak_seconds > 3600",
        "approvals.given > 1",
        "hour / 0 == 1",
        "service > 3",
        "service.matches('o.*')",
        "timestamp('2026-11-30T00:00:00Z') == now",
        "holds[7] == 'a'",
        "9223372036854775807 + hour > 0",
        "int('x') == 1",
        "frobnicate(hour)",
        "true ? 1 : true",
    ];
    let told: Vec<String> =
        refused.iter().map(|expression| format!("{expression}: {}", run(expression).expect_err(expression))).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    1: it is a number, and not true or false
    'true': it is a text, and not true or false
    null: it is null, and not true or false
    [true]: it is a list, and not true or false
    {'a': true}: it is a map, and not true or false
    hour: it is a number, and not true or false
    bool: it is a text, and not true or false
    true && 1: it cannot be evaluated: found no matching overload for '_&&_' applied to '(bool, int)'
    soak_seconds > 3600: `soak_seconds` is not known here
    approvals.given > 1: it cannot be evaluated: No such key: given
    hour / 0 == 1: it cannot be evaluated: Division by zero of Int(14)
    service > 3: it cannot be evaluated: found no matching overload for '_>_' applied to '(string, int)'
    service.matches('o.*'): it cannot be evaluated: Undeclared reference to 'matches'
    timestamp('2026-11-30T00:00:00Z') == now: it cannot be evaluated: Undeclared reference to 'timestamp'
    holds[7] == 'a': it cannot be evaluated: Index out of bounds: Int(7)
    9223372036854775807 + hour > 0: it cannot be evaluated: Overflow from binary operator 'add': Int(9223372036854775807), Int(14)
    int('x') == 1: it cannot be evaluated: Error executing function 'int': string parse error: invalid digit found in string
    frobnicate(hour): it cannot be evaluated: Undeclared reference to 'frobnicate'
    true ? 1 : true: it is a number, and not true or false
    "#);
}

#[test]
fn an_error_beside_what_decides_is_no_error_as_the_standard_says() {
    assert_eq!(run("approvals.given > 1 || true"), Ok(true));
    assert_eq!(run("approvals.given > 1 && false"), Ok(false));
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    let wrong = [
        "",
        "  ",
        "hour >",
        "hour >\n  'x",
        "(",
        "a b",
        "sevice == 'x'",
        "holds.map(h, x)",
        "x",
        "com.acme.Order{id: 1}",
    ];
    let told: Vec<String> = wrong.iter().map(|text| format!("{text:?}: {}", check(text).expect_err(text))).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    "": it is empty
    "  ": it is empty
    "hour >": this is no CEL in line 1, column 7: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER…
    "hour >\n  'x": this is no CEL in line 2, column 3: Syntax error: token recognition error at: ''x'
    "(": this is no CEL in line 1, column 2: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER…
    "a b": this is no CEL in line 1, column 3: Syntax error: extraneous input 'b' expecting <EOF>
    "sevice == 'x'": there is no `sevice`; did you mean `service`?
    "holds.map(h, x)": there is no `x`; there are `service`, `environment`, `kind`, `image`, `from`, `now`, `now_seconds`, `hour`, `weekday`, `who` and 6 more
    "x": there is no `x`; there are `service`, `environment`, `kind`, `image`, `from`, `now`, `now_seconds`, `hour`, `weekday`, `who` and 6 more
    "com.acme.Order{id: 1}": there is no message type `com.acme.Order`
    "#);
}

#[test]
fn an_expression_that_would_take_long_is_refused() {
    let chains = [
        "holds.map(a, a + a).map(b, b + b).map(c, c + c) == []".to_owned(),
        "holds.exists(a, holds.exists(b, holds.exists(c, true)))".to_owned(),
        format!("hour == 1{}", " || hour == 1".repeat(200)),
        format!("'{}' == ''", "x".repeat(3000)),
        format!("{}true{}", "(".repeat(60), ")".repeat(60)),
    ];
    let told: Vec<String> = chains.iter().map(|text| check(text).expect_err(text).0).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    `all`, `exists`, `map` and `filter` may be 2 deep in or after each other
    `all`, `exists`, `map` and `filter` may be 2 deep in or after each other
    it is 2609 bytes long, and may be 2048
    it is 3008 bytes long, and may be 2048
    this is no CEL in line 1, column 26: it is nested too deeply
    "#);
}

#[test]
fn the_deepest_expression_that_is_allowed_has_room_on_the_stack() {
    let deep = |open: &str, close: &str, n: usize| format!("{}true{}", open.repeat(n), close.repeat(n));
    let mut expressions = Vec::new();
    for n in [10, 20, 22, 23, 24, 25, 30, 100, 199] {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("{1:", "}"), ("!(", ")"), ("size([", "])"), ("true ? ", " : true"), ("-", "")]
        {
            expressions.push(deep(open, close, n));
        }
        for link in
            [" + hour", ".a", " in holds", "[0]", " == true", " && true", " || true", ".f()", " - 1", " ? true : true"]
        {
            expressions.push(format!("hour{}", link.repeat(n)));
        }
        expressions.push(deep("[holds.all(h, ", ")]", n));
        expressions.push("!".repeat(n));
        expressions.push("{".repeat(n));
        expressions.push("a.".repeat(n));
    }
    for expression in expressions {
        run(&expression).ok();
    }
}

/// Bits of CEL, in any order.
fn scraps() -> impl Strategy<Value = String> {
    let bits = [
        "service",
        "hour",
        "holds",
        "approvals",
        ".count",
        ".all(",
        ".map(",
        ".filter(",
        "x, ",
        "x",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "?",
        ",",
        "!",
        "-",
        "+",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        ">=",
        "&&",
        "||",
        " in ",
        "1",
        "1.5e300",
        "2u",
        "0x1F",
        "'a'",
        "\"\\u00e9\"",
        "r'\\'",
        "b'\\xff'",
        "'''q'''",
        "true",
        "null",
        " ",
        "\n",
        "// c\n",
        "`",
        "`a`",
        ".",
        "size(",
        "string(",
        "int(",
        "double(",
        "has(",
        "type(",
        "\\",
        "'",
        "\"",
        "é",
        "\u{202e}",
        "\0",
        "9223372036854775807",
        "-9223372036854775808",
        "if",
        "as",
        "@",
        "$",
        ".?",
        "[?",
    ];
    prop::collection::vec(prop::sample::select(bits.to_vec()), 0..40).prop_map(|bits| bits.concat())
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>()) {
        run(&text).ok();
    }

    #[test]
    fn no_scraps_of_cel_panic(text in scraps()) {
        run(&text).ok();
    }

    #[test]
    fn what_is_read_without_an_error_is_what_is_evaluated(text in scraps()) {
        if let Err(error) = check(&text) {
            assert_eq!(run(&text), Err(error));
        }
    }
}
