//! Any text parses or is an error, and every rendering ends.

use candor_vtl::{Budget, ErrorKind, JavaRegex, Overrides, Params, Scope, Template, Value, json, json_path};
use proptest::prelude::*;

/// Pieces that templates are made of, so that random texts reach beyond the first character.
fn template() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "#set($x = ",
        "#if(",
        "#elseif(",
        "#else",
        "#end",
        "#foreach($i in ",
        "#define($d)",
        "#macro(m)",
        "#stop",
        "#break",
        ")",
        "(",
        "$x",
        "${x}",
        "$!x",
        "$d",
        "$i",
        ".size()",
        ".add($x)",
        ".put('k', $x)",
        ".k",
        "[0]",
        "[",
        "]",
        "{",
        "}",
        ":",
        ",",
        "..",
        "1",
        "-2",
        ".5",
        "1e300",
        "99999999999999999999",
        "'a'",
        "\"$x\"",
        "\"",
        "'",
        " ",
        "\n",
        "\\",
        "$",
        "#",
        "##",
        "#*",
        "*#",
        "#[[",
        "]]#",
        "==",
        "&&",
        "+",
        "-",
        "*",
        "/",
        "%",
        "!",
        "<",
        " in ",
        "true",
        "é",
        "🎉",
        "$input.path('$..*')",
        "$input.json('$')",
        "$input.body",
        ".split('')",
        ".replaceAll('.*?', '$0$0')",
        ".substring(1)",
        "$context.responseOverride",
        "$util.parseJson($x)",
        ".entrySet()",
        "$foreach.parent",
        "[1..9]",
        ".iterator().next()",
        ".format('%9.3f', 2.5)",
    ]);
    let random = prop_oneof![4 => piece.prop_map(str::to_string), 1 => any::<char>().prop_map(String::from)];
    prop::collection::vec(random, 0..40).prop_map(|pieces| pieces.concat())
}

fn render(source: &str, body: &str) {
    let Ok(template) = Template::parse(source) else { return };
    let scope = Scope {
        body,
        params: &Params::default(),
        context: &Value::Null,
        stage_variables: &[],
        overrides: &Overrides::default(),
    };
    let budget = Budget { steps: 20_000, output_bytes: 100_000 };
    if let Ok(rendered) = template.render(&scope, budget) {
        assert!(rendered.output.len() <= budget.output_bytes);
    }
    for range in template.printed_references() {
        assert!(source.get(range.start as usize..range.end as usize).is_some());
    }
}

proptest! {
    #[test]
    fn any_template_ends(source in template(), body in "\\PC{0,20}|\\{\"a\": \\[1, \\{\"b\": \"c\"\\}\\]\\}") {
        render(&source, &body);
    }

    #[test]
    fn a_template_that_parses_mostly_is_rendered(left in template(), right in template()) {
        render(&format!("#set($x = [1, 'a', {{'k': 'é'}}])#foreach($i in $x){left}#end#set($y = \"{}\")$y", right.replace('"', "")), "{}");
    }

    #[test]
    fn any_path_ends(path in "[$@.*a-c0-3'\"\\[\\]?()=<>&|!~/,: -]{0,30}") {
        let root = json::parse_lenient(r#"{"a": [1, {"b": "x"}, [2, 3]], "c": null}"#).expect("JSON");
        let _ = json_path::select(&path, &root);
    }

    #[test]
    fn any_payload_is_read_or_refused(text in "[\\[\\]{}:,'\"a1. \\\\u-]{0,40}") {
        if let Ok(value) = json::parse_lenient(&text) {
            let _ = value.to_text();
        }
    }

    #[test]
    fn any_pattern_matches_or_does_not(pattern in "[ab.*+?(){}\\[\\]|^$\\\\QEdpLx1,&-]{0,20}", text in "[ab\n1]{0,20}") {
        if let Ok(regex) = JavaRegex::parse(&pattern) {
            let _ = regex.matches(&text);
        }
    }
}

#[test]
fn a_payload_of_too_many_values_is_copied_and_not_taken_apart() {
    let body = format!("[{}]", "1,".repeat(3_600_000).trim_end_matches(','));
    let render = |template: &str| {
        let scope = Scope {
            body: &body,
            params: &Params::default(),
            context: &Value::Null,
            stage_variables: &[],
            overrides: &Overrides::default(),
        };
        Template::parse(template).expect("a template").render(&scope, Budget::default())
    };
    assert_eq!(render("$input.json('$')").map(|rendered| rendered.output.len()), Ok(body.len()));
    let refused = render("$input.path('$').size()").map_err(|error| error.kind);
    assert!(matches!(refused, Err(ErrorKind::Budget(_))));
}
