//! What the benchmarks render: an error that is mapped, a large payload passed through with its request's parameters, and a loop.

use candor_vtl::{Budget, Overrides, Params, Rendered, Scope, Template, Value};

/// A template and what it is given.
pub struct Workload {
    pub name: &'static str,
    pub template: &'static str,
    pub body: String,
    params: Params,
    context: Value,
    stage_variables: Vec<(String, String)>,
}

impl Workload {
    /// Renders it once.
    pub fn render(&self, template: &Template) -> Rendered {
        let scope = Scope {
            body: &self.body,
            params: &self.params,
            context: &self.context,
            stage_variables: &self.stage_variables,
            overrides: &Overrides::default(),
        };
        template.render(&scope, Budget::default()).expect("a workload renders")
    }

    /// Its template.
    pub fn parse(&self) -> Template {
        Template::parse(self.template).expect("a workload's template is one")
    }
}

const ERROR: &str = r##"#set($failure = $input.path('$'))
#set($context.responseOverride.status = 502)
#if($failure.errorType == "NotFound")
#set($context.responseOverride.status = 404)
#end
{
  "kind": "$failure.errorType",
  "text": "$util.escapeJavaScript($failure.errorMessage)",
  "request": "$context.requestId"
}
"##;

const PASSED: &str = r##"#set($given = $input.params())
{
  "payload": $input.json('$'),
#foreach($place in $given.keySet())
  "$place": {
#foreach($name in $given.get($place).keySet())
    "$name": "$util.escapeJavaScript($given.get($place).get($name))"#if($foreach.hasNext),#end

#end
  },
#end
  "stage": "$context.stage",
  "table": "$stageVariables.table"
}
"##;

const LOOP: &str = r##"[
#foreach($order in $input.path('$.orders'))
{"row": $foreach.count, "id": "$order.id", "note": "$util.escapeJavaScript($order.note)"#if($order.total > 500), "large": true#end}#if($foreach.hasNext),#end

#end
]
"##;

/// The workloads, the same in each run.
pub fn all() -> Vec<Workload> {
    let workload = |name, template, body| Workload {
        name,
        template,
        body,
        params: Params::default(),
        context: Value::map([
            ("requestId", Value::from("0b7c1a52-0000-4000-8000-000000000000")),
            ("stage", Value::from("live")),
            ("httpMethod", Value::from("PUT")),
            ("identity", Value::map([("sourceIp", Value::from("198.51.100.7"))])),
        ]),
        stage_variables: vec![("table".to_string(), "orders-live".to_string())],
    };
    let error = r#"{"errorMessage": "the order \"o-17\" is unknown", "errorType": "NotFound", "requestId": "c1", "stackTrace": ["  File \"app.py\", line 31, in handler", "  File \"store.py\", line 8, in find"]}"#;
    let rows =
        |fields: fn(usize) -> String, count: usize| (0..count).map(fields).collect::<Vec<_>>().join(", ");
    let passed = rows(
        |n| {
            format!(
                r#"{{"id": {n}, "code": "C-{n:05}", "label": "Row {n} of what a table holds", "weight": {}.5, "flags": [true, null, "x"]}}"#,
                n * 3
            )
        },
        1_000,
    );
    let orders = rows(
        |n| {
            format!(
                r#"{{"id": "o-{n:06}", "note": "for \"{n}\", at the door", "total": {}, "state": "open"}}"#,
                n % 1000
            )
        },
        1_000,
    );
    let numbered = |what: &str, count: usize| {
        (0..count).map(|n| (format!("{what}-{n}"), format!("{what} {n}; v=\"{n}\""))).collect()
    };
    vec![
        workload("error-mapping", ERROR, error.to_string()),
        Workload {
            params: Params {
                path: numbered("part", 2),
                querystring: numbered("query", 10),
                header: numbered("header", 25),
            },
            ..workload("passthrough", PASSED, format!("{{\"rows\": [{passed}]}}"))
        },
        workload("foreach-1000", LOOP, format!("{{\"orders\": [{orders}]}}")),
    ]
}
