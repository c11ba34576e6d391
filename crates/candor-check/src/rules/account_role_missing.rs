//! Logging is set, and no role lets API Gateway write: that is a setting of the account.

use super::*;

pub(super) static RULE: Rule = Rule {
    slug: "account-role-missing",
    severity: Severity::Note,
    summary: "A REST API is to write logs, and the template gives API Gateway no role to write them with.",
    docs: include_str!("account_role_missing.md"),
    find: Find::InProject(find),
};

use candor_contract::ApiKind;
use candor_gateway::api::LoggingLevel;

use crate::watched::{report_api, staged};

fn find(project: &Project, findings: &mut Findings) {
    if project.account_role || project.more_elsewhere {
        return;
    }
    for (api, route) in staged(project, &[ApiKind::Rest]) {
        let logging = api.stage.logging_level(&route.key).filter(|setting| {
            matches!(setting.optional(), Ok((Some(LoggingLevel::Error | LoggingLevel::Info), _)))
        });
        let access = matches!(api.stage.access_log.optional(), Ok((Some(_), _)));
        let at = match logging {
            Some(setting) => setting.span(),
            None if access => api.stage.access_log.span(),
            None => continue,
        };
        report_api(&RULE, &api.name, findings, Claimed {
            at,
            message: format!("{} writes logs only if the account's role for API Gateway is set elsewhere", api.name),
            label: "needs AWS::ApiGateway::Account with a CloudWatchRoleArn, once per account and region".to_string(),
            remedy: "AWS::ApiGateway::Account with a role that has the policy AmazonAPIGatewayPushToCloudWatchLogs, here or in \
                     another stack"
                .to_string(),
            also: Vec::new(),
        });
        return;
    }
}
