//! What one template says, in one world: the APIs and whatever stands around them.

use std::time::Duration;

use candor_gateway::api::Api;
use candor_gateway::setting::Setting;
use candor_gateway::span::{FileId, Span};

pub use crate::alarms::{
    Alarm, Asks, Dimension, MetricFilter, MetricQuery, MetricStat, MetricTransformation, Threshold, Watches,
};

/// What one template says, with every condition decided.
#[derive(Clone, Debug)]
pub struct Project {
    /// The template.
    pub file: FileId,
    /// Which conditions were assumed to get here; empty where nothing was left open.
    pub world: World,
    /// The APIs, one per stage.
    pub apis: Vec<Api>,
    /// All Lambda functions, reachable from an API or not.
    pub functions: Vec<Function>,
    /// Permissions to invoke functions, written or made by SAM.
    pub permissions: Vec<Permission>,
    /// Whether something in the template may grant permissions that candor does not read (SAM connectors, nested
    /// stacks, unresolved names): then a missing permission is no finding.
    pub permissions_open: bool,
    /// CloudWatch alarms.
    pub alarms: Vec<Alarm>,
    /// Filters that make metrics of log lines.
    pub metric_filters: Vec<MetricFilter>,
    /// Whether the template gives API Gateway the account's role to write logs with.
    pub account_role: bool,
    /// Whether alarms, roles and the like may stand where candor does not read: macros, nested stacks, a document without
    /// its template. Then their absence is no finding.
    pub more_elsewhere: bool,
    /// Log groups.
    pub log_groups: Vec<LogGroup>,
    /// CloudFront distributions.
    pub distributions: Vec<Distribution>,
    /// Queues of SQS.
    pub queues: Vec<Queue>,
    /// Functions that Lambda feeds from queues and streams.
    pub pollers: Vec<Poller>,
    /// Deployments of REST APIs.
    pub deployments: Vec<Deployment>,
}

impl Project {
    /// The function with this logical id.
    pub fn function(&self, logical_id: &str) -> Option<&Function> {
        self.functions.iter().find(|f| f.logical_id == logical_id)
    }
}

/// The assumptions of one world: atoms of conditions (an undecided `Fn::Equals`) and what was assumed of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// In the order in which they were met. The name is the condition's (`IsProd`) where one consists of just this atom,
    /// else the comparison in words (`Stage = prod`).
    pub assumed: Vec<(String, bool)>,
}

/// A Lambda function.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its logical id.
    pub logical_id: String,
    /// `FunctionName`.
    pub name: Setting<String>,
    /// `python3.12`, …
    pub runtime: Setting<String>,
    /// `app.handler`
    pub handler: Setting<String>,
    /// `Timeout`; Lambda's default is 3 seconds.
    pub timeout: Setting<Duration>,
    /// Where its code is.
    pub code: Setting<Code>,
    /// Folders of its layers, as far as the template makes them itself.
    pub layers: Vec<String>,
    /// Whether it runs code that is not in the files: layers from elsewhere, what a build of its own puts together.
    pub more_code: bool,
    /// Whether events of asynchronous invocations that it could not handle are kept: a dead letter queue, a destination on failure.
    pub keeps_failed_events: bool,
    /// Whether it may pass on an answer while it makes it: Node.js can, a runtime of one's own and an image may; other managed runtimes only
    /// behind the Lambda Web Adapter, where that is told to (`AWS_LWA_INVOKE_MODE`). Lambda guide "Response streaming for Lambda
    /// functions"; the adapter's manual, "Response Streaming".
    pub can_stream: bool,
    /// `LoggingConfig.LogFormat`: `Text`, the default, or `JSON`.
    pub log_format: Setting<String>,
    /// `LoggingConfig.LogGroup`; without it `/aws/lambda/` and the function's name.
    pub log_group: Setting<String>,
    /// Where the function stands.
    pub span: Span,
}

/// Where a function's code is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Code {
    /// A folder or an archive beside the template, as written there.
    Path(String),
    /// In the template itself (`InlineCode`, `ZipFile`).
    Inline(candor_gateway::span::Text),
    /// Not on this machine: S3, an image.
    Elsewhere,
}

/// A permission to invoke a function.
#[derive(Clone, Debug)]
pub struct Permission {
    /// The logical id of the function, where it stands in the template.
    pub function: Setting<String>,
    /// The alias or version it names, if any.
    pub qualifier: Option<String>,
    /// `apigateway.amazonaws.com`, `*`, …
    pub principal: Setting<String>,
    /// From where: `arn:…:execute-api:…:${Api}/*/GET/orders`. Without it the principal may from anywhere.
    pub source_arn: Setting<String>,
    /// Who made it: this resource, or the event or integration that SAM derives it from.
    pub span: Span,
}

/// A log group.
#[derive(Clone, Debug)]
pub struct LogGroup {
    /// Its logical id.
    pub logical_id: String,
    /// Its name.
    pub name: Setting<String>,
    /// Days that it keeps.
    pub retention_in_days: Setting<u64>,
    /// Where it stands.
    pub span: Span,
}

/// A CloudFront distribution.
#[derive(Clone, Debug)]
pub struct Distribution {
    /// Its logical id.
    pub logical_id: String,
    /// Whether one of its origins is an API, a function URL or an ALB.
    pub api_origin: bool,
    /// Custom error responses: error code, response code.
    pub custom_error_responses: Vec<CustomErrorResponse>,
    /// Where it stands.
    pub span: Span,
}

/// What CloudFront answers in place of an origin's error.
#[derive(Clone, Debug)]
pub struct CustomErrorResponse {
    /// The origin's status.
    pub error_code: Setting<u16>,
    /// What the client gets instead.
    pub response_code: Setting<u16>,
    /// Where it stands.
    pub span: Span,
}

/// A queue of SQS.
#[derive(Clone, Debug)]
pub struct Queue {
    /// Its logical id.
    pub logical_id: String,
    /// Whether what nobody can handle goes to another queue in the end.
    pub has_redrive_policy: bool,
    /// Where it stands.
    pub span: Span,
}

/// A function that Lambda feeds from a queue or a stream: an event source mapping, or SAM's event that becomes one.
#[derive(Clone, Debug)]
pub struct Poller {
    /// The logical id of the function, where it stands in the template.
    pub function: Option<String>,
    /// The queue or stream: `${Orders.Arn}`.
    pub source: Setting<String>,
    /// `BatchSize`; of a queue 10 unless it says otherwise.
    pub batch_size: Setting<u64>,
    /// Whether records that the function could not handle are kept: `DestinationConfig.OnFailure` (streams).
    pub keeps_failed_records: bool,
    /// Whether it reads a stream of Kinesis or DynamoDB; else a queue.
    pub of_stream: bool,
    /// `FunctionResponseTypes` holds `ReportBatchItemFailures`: the function says which messages failed.
    pub reports_batch_item_failures: bool,
    /// Where the mapping or the event stands.
    pub span: Span,
}

/// A deployment of a REST API: a picture of its methods at the time when CloudFormation makes it.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// Its logical id.
    pub logical_id: String,
    /// The logical id of the API.
    pub api: String,
    /// The API's methods for which it does not wait: logical id and place.
    pub misses: Vec<(String, Span)>,
    /// Its `DependsOn`, if it has one.
    pub depends_on: Option<Span>,
    /// Where it stands.
    pub span: Span,
}

impl Poller {
    /// Whether it reads this resource of the template.
    pub fn reads(&self, logical_id: &str) -> bool {
        let Ok((Some(source), _)) = self.source.optional() else { return false };
        source.contains(&format!("${{{logical_id}}}")) || source.contains(&format!("${{{logical_id}."))
    }
}
