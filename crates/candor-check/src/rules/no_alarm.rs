//! No alarm on either side: no failure of any kind would be noticed.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "no-alarm",
    severity: Severity::Note,
    summary: "No alarm of the template counts failures, neither the gateway's nor the functions': nobody would notice any.",
    docs: include_str!("no_alarm.md"),
    find: Find::InProject(find),
};

use candor_contract::ApiKind;

use crate::watched::{function_route, is_about_failures, report_api};

fn find(project: &Project, findings: &mut Findings) {
    if project.more_elsewhere || project.alarms.iter().any(is_about_failures) {
        return;
    }
    let Some(api) = project.apis.iter().find(|api| function_route(api).is_some()) else { return };
    report_api(&RULE, &api.name, findings, Claimed {
        at: api.span,
        message: "nobody would notice a failure: no alarm counts them".to_string(),
        label: "no alarm in the template is about this API or its functions".to_string(),
        remedy: match api.kind {
            ApiKind::Alb => {
                "an AWS::CloudWatch::Alarm on HTTPCode_ELB_5XX_Count and one on HTTPCode_Target_5XX_Count of the load balancer: \
                 its own errors, and those that the functions say"
            }
            ApiKind::FunctionUrl => {
                "an AWS::CloudWatch::Alarm on AWS/Lambda Url5xxCount of the function, and one on its Errors"
            }
            ApiKind::Rest | ApiKind::Http => {
                "an AWS::CloudWatch::Alarm on the API's 5XXError (REST) or 5xx (HTTP), and one on AWS/Lambda Errors of each \
                 function"
            }
        }
        .to_string(),
        also: Vec::new(),
    });
}
