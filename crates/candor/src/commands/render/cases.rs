//! `candor render --cases`: a file of test cases, each rendered by itself. What fails is that case's result.

use candor_contract::json::Json;
use candor_vtl::{Budget, Error, Overrides, Params, Rendered, Scope, Template};

use super::{input, read_text, value};
use crate::Status;
use crate::commands::check::Format;
use crate::fault::Fault;
use crate::output::rendering;
use crate::ui::Ui;

pub(super) fn run(path: &str, format: Format, ui: &mut Ui) -> Result<Status, Fault> {
    let file = Json::read(&read_text(path)?).map_err(|e| input(path, format!("no JSON: {e}")))?;
    let Json::Array(cases) = file else { return Err(input(path, "expected a list of cases")) };
    let mut results = Vec::with_capacity(cases.len());
    for (at, case) in cases.iter().enumerate() {
        let text = |key: &str| case.get(key).and_then(Json::as_str);
        let template = text("template")
            .ok_or_else(|| input(path, format!("case {}: `template`: expected text", at + 1)))?;
        let id = text("id").map_or_else(|| (at + 1).to_string(), str::to_string);
        let result = Template::parse(template).and_then(|parsed| render(case, &parsed));
        let result = result.map_err(|e| {
            let (line, column) = e.line_column(template);
            format!("{line}:{column}: {e}")
        });
        results.push((id, result));
    }
    ui.print(&match format {
        Format::Json => rendering::write_cases(&results),
        Format::Text => rendering::show_cases(&results, ui.palette()),
    })?;
    Ok(Status::Clean)
}

fn render(case: &Json, template: &Template) -> Result<Rendered, Error> {
    let params = case.get("params");
    let place = |name: &str| pairs(params.and_then(|p| p.get(name)));
    let scope = Scope {
        body: case.get("body").and_then(Json::as_str).unwrap_or_default(),
        params: &Params { path: place("path"), querystring: place("querystring"), header: place("header") },
        context: &case.get("context").map(value).unwrap_or(candor_vtl::Value::Null),
        stage_variables: &pairs(case.get("stageVariables")),
        overrides: &Overrides::default(),
    };
    template.render(&scope, Budget::default())
}

/// The members of an object, as text.
fn pairs(json: Option<&Json>) -> Vec<(String, String)> {
    match json {
        Some(Json::Object(members)) => members.iter().map(|(k, v)| (k.clone(), value(v).to_text())).collect(),
        _ => Vec::new(),
    }
}
