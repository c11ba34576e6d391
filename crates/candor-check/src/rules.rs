//! The rules: one file each, its page beside it. A rule reports; it does not walk.

use std::time::Duration;

use candor_contract::ApiKind;
use candor_contract::outcome::Outcome;
use candor_contract::payload::ProxyFormat;
use candor_contract::verdict::{Judgement, Verdict};
use candor_gateway::api::{
    Api, Authorizer, IntegrationResponse, IntegrationType, Pattern, Route, TemplateText,
};
use candor_gateway::authorizer::answer;
use candor_gateway::drill::{Act, Case};
use candor_gateway::endpoint::EndpointOutcome;
use candor_gateway::exchange::Exchange;
use candor_gateway::span::Span;
use candor_gateway::trace::What;
use candor_handlers::{
    Answer, Begun, Caught, End, Entry, Failed, Kind, Lighter, Logged, Path, Place, Shape, Watch,
};
use candor_iac::project::{Function, Project};

use crate::finding::{Claimed, Concerned, Findings, Proof, Severity};
use crate::handlers::{Handler, Handlers};
use crate::player::Played;
use crate::promises::Promises;

macro_rules! rules {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*
        /// All rules. Those that look at an exchange are asked in this order, and the first that claims it has it: the more
        /// particular stand before the more general, and the last for each verdict carries the verdict's name.
        pub static RULES: &[&Rule] = &[$(&$name::RULE),*];
    };
}

rules! {
    alarm_blind_to_masked,
    cached_errors,
    request_passthrough,
    missing_status_code,
    status_misspelt,
    handler_not_found,
    error_tuple,
    returns_error_object,
    body_not_string,
    status_not_integer,
    status_out_of_range,
    unknown_response_key,
    headers_not_flat,
    non_proxy_shape_on_proxy,
    in_handler_error_status_in_body,
    express_error_200,
    error_value_in_200,
    binary_as_text,
    hollow_not_found,
    serialisation_fails,
    wrong_payload_version,
    error_response_no_cors,
    preflight_only_cors,
    null_return,
    proxy_shape_on_non_proxy,
    swallowed_returns_200,
    swallowed_then_success,
    catch_all_maps_everything_to_4xx,
    error_returned_not_raised,
    error_as_json_text,
    pattern_case,
    upstream_status_passed_on,
    partial_batch_unchecked,
    function_error_unchecked,
    upstream_status_unchecked,
    sfn_status_unchecked,
    missing_await,
    fire_and_forget,
    all_settled_unchecked,
    validation_error_as_5xx,
    swallowed_without_log,
    log_without_level,
    alarm_on_errors_behind_adapter,
    missing_target,
    integration_method_not_post,
    async_invocation,
    missing_method_response,
    pattern_on_status_code,
    no_default_response,
    gateway_response_2xx,
    streaming_after_status,
    authorizer_fails_open,
    authorizer_error_mapped,
    template_fails,
    status_overwritten,
    template_override_ignored,
    template_override_incomplete,
    template_says_success,
    template_trap,
    template_drops_error,
    catch_all_200,
    pattern_lost_escape,
    pattern_char_class,
    pattern_newline,
    pattern_partial_match,
    no_error_response,
    raise_not_matched,
    timeout_not_matched,
    exit_not_matched,
    pattern_matches_success,
    default_is_error,
    integration_timeout_too_short,
    function_outlives_gateway,
    template_invalid_json,
    template_leaks_stack,
    gateway_response_no_cors,
    sfn_sync_status,
    service_partial_failure,
    service_default_200,
    http_default_200,
    status_not_promised,
    error_without_envelope,
    masked_failure,
    hollow_success,
    false_alarm,
    wrong_status,
    opaque_error,
    pattern_invalid,
    duplicate_default,
    overlapping_patterns,
    header_not_declared,
    template_content_type_mismatch,
    content_handling_decode,
    request_template_invalid_json,
    dead_integration_response,
    gateway_response_flattened,
    gateway_response_opaque,
    missing_permission,
    alias_not_deployed,
    mock_health,
    sfn_start_only,
    queue_front_no_dlq,
    cloudfront_error_to_200,
    alb_fixed_200,
    alb_header_mode,
    no_access_log,
    access_log_blind,
    execution_log_off,
    account_role_missing,
    data_trace,
    http_detailed_metrics_off,
    no_alarm,
    alarm_wrong_dimension,
    alarm_missing_data,
    alarm_no_action,
    unused_allow,
    allow_without_reason,
}

pub(crate) use allow_without_reason::RULE as ALLOW_WITHOUT_REASON;
pub(crate) use unused_allow::RULE as UNUSED_ALLOW;

/// A hazard: where a failure leaves the building as a success, or nobody could notice.
#[derive(Debug)]
pub struct Rule {
    /// The public name; the file's name is the same in snake case.
    pub slug: &'static str,
    /// How bad it is, unless the rule says otherwise of a case.
    pub severity: Severity,
    /// The hazard in one line.
    pub summary: &'static str,
    /// The page: what `candor explain` prints and what the tests play.
    pub docs: &'static str,
    /// Where the rule looks.
    pub find: Find,
}

/// Where a rule looks.
#[derive(Clone, Copy, Debug)]
pub enum Find {
    /// At each exchange in which a function is asked, or the gateway refuses.
    InExchange(fn(&Scene<'_>, &mut Findings) -> Claim),
    /// At each exchange with an endpoint: an HTTP back end, a service.
    AtEndpoint(fn(&Scene<'_>, &mut Findings) -> Claim),
    /// At each exchange, whoever was asked.
    InAnyExchange(fn(&Scene<'_>, &mut Findings) -> Claim),
    /// At a handler's source as a whole, once for each route that it stands behind.
    InHandler(fn(&HandlerScene<'_>, &mut Findings)),
    /// At the source of an authorizer's function, once for each route that it guards.
    InAuthorizer(fn(&AuthorizerScene<'_>, &mut Findings)),
    /// At the project as a whole: what no single exchange shows.
    InProject(fn(&Project, &mut Findings)),
    /// At the comments that allow findings (`suppress`): they are looked at when all findings are there.
    InComments,
}

/// Whether a rule has dealt with an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It has: later rules are not asked.
    Claimed,
    /// It has not.
    Passed,
}

/// The rule with this slug.
pub fn find(slug: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.slug == slug)
}

/// One exchange and everything around it.
#[derive(Debug)]
pub struct Scene<'a> {
    /// The project.
    pub project: &'a Project,
    /// The API.
    pub api: &'a Api,
    /// The route; none where the gateway refused before it found one.
    pub route: Option<&'a Route>,
    /// The function behind the route, where the template has it.
    pub function: Option<&'a Function>,
    /// What was played; none where no function was asked.
    pub case: Option<&'a Case>,
    /// The exchange.
    pub exchange: &'a Exchange<'a>,
    /// The verdict on it.
    pub judgement: Judgement,
    /// All exchanges of the route, this one included.
    pub siblings: &'a [(&'a Case, &'a Exchange<'a>)],
    /// What the handler's source shows, where it was read.
    pub source: Option<Source<'a>>,
    /// What clients were promised.
    pub promises: &'a Promises,
}

/// What a handler's source shows, and which path of it is played.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The handler, as far as the route's requests go in it.
    pub handler: &'a Handler,
    /// All of it.
    pub whole: &'a Handler,
    /// All handlers: they know the places.
    pub handlers: &'a Handlers,
    /// The path that is played, if the source says so.
    pub path: Option<&'a Path>,
}

/// A handler behind a route, and everything that was played there.
#[derive(Debug)]
pub struct HandlerScene<'a> {
    /// The project.
    pub project: &'a Project,
    /// The API.
    pub api: &'a Api,
    /// The route.
    pub route: &'a Route,
    /// The function.
    pub function: &'a Function,
    /// What its source shows, as far as the route's requests go in it.
    pub handler: &'a Handler,
    /// All handlers: they know the places.
    pub handlers: &'a Handlers,
    /// What was played against the route.
    pub exchanges: &'a [Played<'a>],
}

impl<'a> HandlerScene<'a> {
    /// How the gateway reads what the function answers; `None` where mapping templates do.
    pub(crate) fn proxy_format(&self) -> Option<ProxyFormat> {
        proxy_format(self.api, self.route)
    }

    /// What the handler returns, path by path.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&Path, &Answer)> {
        self.handler.facts.paths.iter().filter_map(|path| match &path.end {
            End::Returned(answer) => Some((path, &**answer)),
            End::Raised(_) | End::Exited => None,
        })
    }

    /// A place in the handler's source.
    pub(crate) fn place(&self, place: Place) -> Span {
        self.handlers.span(place)
    }

    /// The paths through the handler that were played, each with what the client gets. A path whose exchange nobody can tell is
    /// not among them.
    pub(crate) fn played(&self) -> impl Iterator<Item = (&'a Path, &'a Exchange<'a>)> + use<'a> {
        let paths = &self.handler.facts.paths;
        let of = move |played: &'a Played<'a>| {
            let exchange = played.exchange.as_ref().ok();
            played.paths.iter().filter_map(move |path| Some((paths.get(*path)?, exchange?)))
        };
        self.exchanges.iter().flat_map(of)
    }

    /// Adds a finding about the handler.
    pub(crate) fn report(
        &self,
        rule: &'static Rule,
        severity: Severity,
        at: Span,
        findings: &mut Findings,
        claimed: impl FnOnce() -> Claimed,
    ) {
        let function = Some(self.function.logical_id.as_str());
        let concerned = Concerned { api: &self.api.name, route: Some(&self.route.key), function };
        findings.add(rule, severity, at, concerned, claimed, || None);
    }
}

/// A function that decides who may pass, and a route that it guards.
#[derive(Clone, Copy, Debug)]
pub struct AuthorizerScene<'a> {
    /// The API.
    pub api: &'a Api,
    /// The route.
    pub route: &'a Route,
    /// The authorizer.
    pub authorizer: &'a Authorizer,
    /// Its function.
    pub function: &'a Function,
    /// What the function's source shows.
    pub handler: &'a Handler,
    /// All handlers: they know the places.
    pub handlers: &'a Handlers,
}

impl<'a> AuthorizerScene<'a> {
    /// The paths on which the function returns something, each with what the gateway makes of it.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&'a Path, &'a Answer, answer::Reading)> + use<'a> {
        let (authorizer, kind) = (self.authorizer, self.api.kind);
        self.handler.facts.paths.iter().filter_map(move |path| match &path.end {
            End::Returned(returned) => {
                Some((path, &**returned, answer::read(authorizer, kind, &returned.payload, None)))
            }
            End::Raised(_) | End::Exited => None,
        })
    }

    /// A place in the function's source.
    pub(crate) fn place(&self, place: Place) -> Span {
        self.handlers.span(place)
    }

    /// Adds a finding about the function.
    pub(crate) fn report(
        &self,
        rule: &'static Rule,
        at: Span,
        findings: &mut Findings,
        claimed: impl FnOnce() -> Claimed,
    ) {
        let function = Some(self.function.logical_id.as_str());
        let concerned = Concerned { api: &self.api.name, route: Some(&self.route.key), function };
        findings.add(rule, rule.severity, at, concerned, claimed, || None);
    }
}

impl<'a> Scene<'a> {
    /// The path through the handler that is played.
    pub(crate) fn path(&self) -> Option<&'a Path> {
        self.source?.path
    }

    /// What the handler answers on that path.
    pub(crate) fn answer(&self) -> Option<&'a Answer> {
        match &self.path()?.end {
            End::Returned(answer) => Some(answer),
            End::Raised(_) | End::Exited => None,
        }
    }

    /// The failure that the path swallows: something surely failed, and no error was raised or said.
    pub(crate) fn swallowed(&self) -> Option<&'a Caught> {
        self.path()?.failure.as_ref().filter(|failure| failure.certain)
    }

    /// How grave it is that a failure is swallowed: that a metric was lost is worth a note, where the work itself was done, and so is
    /// what the client can read in a part of the answer.
    pub(crate) fn severity_of(&self, rule: &Rule, failure: &Caught) -> Severity {
        if failure.lighter.is_some() { Severity::Note } else { rule.severity }
    }

    /// What is said of a swallowed failure that weighs less than others, as the end of "… answers 200 …", and what could be done.
    pub(crate) fn said_of(lighter: Lighter) -> (&'static str, &'static str) {
        match lighter {
            Lighter::Report => (
                "although a report on its work was lost",
                "log it with the level ERROR: the client need not know, whoever watches the metric should",
            ),
            Lighter::Told => (
                "and tells of what has failed only in a part of its answer",
                "answer with 207, or log it with the level ERROR: no metric counts it",
            ),
            Lighter::StandIn => (
                "with something that its clause has computed in place of what failed",
                "say in the answer that it is a substitute, and log the failure with the level ERROR",
            ),
            Lighter::Cache => (
                "although nothing was kept for the next time",
                "log it with the level ERROR, or count it: a cache that is down makes every call slow",
            ),
            Lighter::Aside => (
                "although something beside its work has failed",
                "log it with the level ERROR, or count it: the client has what it was promised, whoever waits for the rest does not",
            ),
            Lighter::Probe => (
                "whatever fails when it asks whether something is there",
                "take the code of \"not found\" for a no, and raise for every other",
            ),
        }
    }

    /// A place in the handler's source. Only for scenes with a path.
    pub(crate) fn place(&self, place: Place) -> Span {
        match self.source {
            Some(source) => source.handlers.span(place),
            None => self.exchange.culprit(self.judgement.part).cause.span().unwrap_or(self.api.span),
        }
    }

    /// How the gateway reads what the function answers; `None` where mapping templates do.
    pub(crate) fn proxy_format(&self) -> Option<ProxyFormat> {
        proxy_format(self.api, self.route?)
    }

    /// Whether the gateway reads nothing but an envelope: a REST API's proxy integration, payload 1.0, a load balancer.
    pub(crate) fn wants_envelope(&self) -> bool {
        self.proxy_format().is_some_and(|format| !format.infers())
    }

    /// Whether a load balancer asks the function: it takes no kind for another.
    pub(crate) fn is_alb(&self) -> bool {
        self.proxy_format().is_some_and(ProxyFormat::is_alb)
    }

    /// The entry of the handler's answer that the gateway could not use: that of `key`, if it is the one.
    pub(crate) fn malformed_entry(&self, key: &str) -> Option<&'a Entry> {
        let malformed = self.malformed()?;
        (malformed.pointer.strip_prefix('/') == Some(key)).then(|| self.answer()?.shape.entry(key)).flatten()
    }

    /// Where a success says that something went wrong, although nothing failed on the way to it for certain: the entry that says
    /// so; where other answers say the same with an honest status, the `return` that they have not in common.
    pub(crate) fn success_that_tells(&self) -> Option<Place> {
        let success = (200..300).contains(&self.exchange.response.status.value);
        if !success || self.proxy_format().is_none() || self.swallowed().is_some() {
            return None;
        }
        if let Some(told) = self.in_the_teams_envelope() {
            return Some(told);
        }
        let tells = self.answer()?.tells?;
        let own = self.path()?;
        // The same clause swallows what surely fails: the rules on that say it.
        let caught = |path: &Path| path.failure.as_ref().map(|failure| failure.caught);
        let said = |other: &&Path| {
            other.at == own.at
                && caught(other) == caught(own)
                && other.failure.as_ref().is_some_and(|f| f.certain)
        };
        if self.source?.handler.facts.paths.iter().any(|other| said(&other)) {
            return None;
        }
        let honest = |path: &&Path| match &path.end {
            End::Returned(answer) => {
                answer.tells == Some(tells) && said_status(&answer.shape).is_some_and(|status| status >= 300)
            }
            End::Raised(_) | End::Exited => false,
        };
        let everywhere = self.source?.handlers.iter().flat_map(|handler| &handler.facts.paths);
        let honest: Vec<&Path> = everywhere.filter(honest).collect();
        let shared =
            |place: &Place| honest.iter().any(|path| path.at == *place || path.handed.contains(place));
        if honest.is_empty() {
            return Some(tells);
        }
        Some(own.handed.iter().chain([&own.at]).find(|place| !shared(place)).copied().unwrap_or(tells))
    }

    /// Where the answer tells of an error in the envelope that the team has for it: in its body, or behind a mapping as a whole.
    pub(crate) fn in_the_teams_envelope(&self) -> Option<Place> {
        let shape = &self.answer()?.shape;
        if self.is_mapped() {
            return self.promises.error_in(shape);
        }
        match &shape.entry("body")?.value {
            Shape::Text { content: Some(content), .. } => self.promises.error_in(content),
            other => self.promises.error_in(other),
        }
    }

    /// Whether the answer goes through a mapping (REST, non-proxy).
    pub(crate) fn is_mapped(&self) -> bool {
        let kind =
            self.route.and_then(|r| r.integration.integration_type.optional().ok()).and_then(|(t, _)| t);
        matches!(kind, Some(IntegrationType::Aws))
    }

    /// Why the gateway could not use the answer: the JSON pointer of the part, and why.
    pub(crate) fn malformed(&self) -> Option<&'a candor_contract::payload::Malformed> {
        self.exchange.trace.steps().iter().find_map(|step| match &step.what {
            What::AnswerMalformed(malformed) => Some(malformed),
            _ => None,
        })
    }

    /// Whether a failure arrived as a success.
    pub(crate) fn is_masked(&self) -> bool {
        self.judgement.verdict == Verdict::MaskedFailure
    }

    /// Whether a success arrived as a failure.
    pub(crate) fn is_false_alarm(&self) -> bool {
        self.judgement.verdict == Verdict::FalseAlarm
    }

    /// The integration responses of the route.
    pub(crate) fn responses(&self) -> &'a [IntegrationResponse] {
        let responses = self.route.and_then(|r| r.integration.responses.optional().ok()).and_then(|(r, _)| r);
        responses.map_or(&[], Vec::as_slice)
    }

    /// The integration response that shaped the answer, and whether it was the default.
    pub(crate) fn selected(&self) -> Option<(usize, &'a IntegrationResponse, bool)> {
        let steps = self.exchange.trace.steps();
        let (index, default) = steps.iter().find_map(|step| match step.what {
            What::PatternMatched { response } => Some((response, false)),
            What::DefaultResponse { response } => Some((response, true)),
            _ => None,
        })?;
        Some((index, self.responses().get(index)?, default))
    }

    /// The default response, if the exchange was masked by falling to it.
    pub(crate) fn masking_default(&self) -> Option<&'a IntegrationResponse> {
        let (_, response, default) = self.selected()?;
        (self.is_masked() && default).then_some(response)
    }

    /// The responses that were written for errors: a pattern, and a status of 400 and above.
    pub(crate) fn error_responses(
        &self,
    ) -> impl Iterator<Item = (&'a IntegrationResponse, &'a Pattern)> + use<'a> {
        self.responses().iter().filter_map(|response| {
            let (pattern, _) = response.selection_pattern.optional().ok()?;
            let pattern = pattern.filter(|p| !p.text.as_str().is_empty())?;
            let (status, _) = response.status.or(&200).ok()?;
            (*status >= 400).then_some((response, pattern))
        })
    }

    /// The template that made the body, with the key that holds it.
    pub(crate) fn body_template(&self) -> Option<&'a TemplateText> {
        let step = self.exchange.trace.step(self.exchange.response.body.step);
        let What::ResponseTemplateRendered { response, template } = step.what else { return None };
        let template = self.responses().get(response)?.templates.get(template)?;
        template.template.optional().ok()?.0
    }

    /// The message of the error that was played, if the function raised one.
    pub(crate) fn raised_message(&self) -> Option<&'a str> {
        match self.case?.outcome()? {
            Outcome::Raised(error) => error.message(),
            _ => None,
        }
    }

    /// Whether some exchange of the route that `of` accepts is masked by the default response.
    pub(crate) fn default_masks(&self, of: impl Fn(&Case) -> bool) -> bool {
        self.siblings.iter().any(|(case, exchange)| {
            of(case)
                && exchange.judge().verdict == Verdict::MaskedFailure
                && exchange.trace.steps().iter().any(|s| matches!(s.what, What::DefaultResponse { .. }))
        })
    }

    /// Adds the exchange to the finding of this rule at this place.
    pub(crate) fn report(
        &self,
        rule: &'static Rule,
        severity: Severity,
        at: Span,
        findings: &mut Findings,
        claimed: impl FnOnce() -> Claimed,
    ) -> Claim {
        let concerned = Concerned {
            api: &self.api.name,
            route: self.route.map(|r| &r.key),
            function: self.function.map(|f| f.logical_id.as_str()),
        };
        let proof = || Some(Proof::of(self.case, self.exchange));
        findings.add(rule, severity, at, concerned, claimed, proof);
        Claim::Claimed
    }

    /// The place of the step that the verdict rests on; the route where none is in the files.
    pub(crate) fn blamed(&self) -> Span {
        let culprit = self.exchange.culprit(self.judgement.part).cause.span();
        culprit.or(self.route.map(|route| route.span)).unwrap_or(self.api.span)
    }

    /// The route for messages, or the whole API.
    pub(crate) fn whose(&self) -> String {
        self.route.map_or_else(|| self.api.name.clone(), |r| r.key.to_string())
    }

    /// What the function did, as a clause: "when the function times out".
    pub(crate) fn when(&self) -> &'static str {
        match self.case.and_then(Case::outcome) {
            None if matches!(self.case.map(|case| &case.act), Some(Act::Authorizer(_))) => {
                "when the authorizer refuses a request"
            }
            None if self.case.is_some() => "when the endpoint fails",
            None => "when the gateway refuses a request",
            Some(Outcome::Returned(_)) => "when the function succeeds",
            Some(Outcome::ReturnedLate(_)) => "when the function takes longer than the gateway waits",
            Some(Outcome::Raised(_)) => "when the function raises",
            Some(Outcome::TimedOut { .. }) => "when the function times out",
            Some(Outcome::Exited) => "when the function's process exits",
            Some(Outcome::OutOfMemory) => "when the function runs out of memory",
            Some(Outcome::InitFailed(_)) => "when the function cannot start",
            Some(Outcome::Throttled) => "when the function is throttled",
            Some(Outcome::NotInvocable) => "when the gateway may not invoke the function",
            Some(Outcome::StreamBroken(_)) => "when the function fails in the middle of its answer",
            Some(Outcome::TooLarge(_)) => "when the function's answer is too large",
        }
    }
}

/// The status that an answer says, where it is known.
fn said_status(shape: &Shape) -> Option<u16> {
    match &shape.entry("statusCode")?.value {
        Shape::Number(Some(status)) | Shape::Text { known: Some(status), .. } => status.parse().ok(),
        _ => None,
    }
}

/// How the gateway reads what the function behind a route answers; `None` where mapping templates do.
fn proxy_format(api: &Api, route: &Route) -> Option<ProxyFormat> {
    match (api.kind, route.integration.integration_type.optional().ok()?.0?) {
        (ApiKind::Rest, IntegrationType::AwsProxy) => Some(ProxyFormat::RestProxy),
        (ApiKind::Http, IntegrationType::AwsProxy) => {
            let version = route.integration.payload_format_version.optional().ok()?.0;
            Some(match version {
                Some(version) if version.starts_with('2') => ProxyFormat::Http2,
                Some(_) | None => ProxyFormat::Http1,
            })
        }
        (ApiKind::FunctionUrl, _) => Some(ProxyFormat::FunctionUrl),
        (ApiKind::Alb, IntegrationType::AwsProxy) => Some(route.target_group()?.proxy_format().ok()?.0),
        _ => None,
    }
}

/// Adds a finding about a route that no exchange shows.
pub(crate) fn report_route(
    rule: &'static Rule,
    api: &Api,
    route: Option<&Route>,
    at: Span,
    findings: &mut Findings,
    claimed: impl FnOnce() -> Claimed,
) {
    let concerned = Concerned { api: &api.name, route: route.map(|r| &r.key), function: None };
    findings.add(rule, rule.severity, at, concerned, claimed, || None);
}

/// A length of time as people write it.
pub(crate) fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 {
        format!("{} s", time.as_secs())
    } else {
        format!("{}.{:03} s", time.as_secs(), time.subsec_millis())
    }
}

/// The last resort for a verdict: reports at the place of the step that set the part which the verdict rests on. What no
/// setting of the user's decides is claimed without a finding: `drill` shows it.
pub(crate) fn report_leftover(
    scene: &Scene<'_>,
    rule: &'static Rule,
    verdict: Verdict,
    findings: &mut Findings,
) -> Claim {
    if scene.judgement.verdict != verdict {
        return Claim::Passed;
    }
    let culprit = scene.exchange.culprit(scene.judgement.part);
    let Some(at) = culprit.cause.span() else { return Claim::Claimed };
    let status = scene.exchange.response.status.value;
    scene.report(rule, rule.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {}", scene.whose(), scene.when()),
        label: scene.judgement.because.to_string(),
        remedy: match verdict {
            Verdict::OpaqueError => {
                "gateway responses DEFAULT_4XX and DEFAULT_5XX with a template that names `$context.requestId`".to_string()
            }
            _ => "see `candor drill` for the whole exchange".to_string(),
        },
        also: Vec::new(),
    })
}

/// An error of an endpoint that arrives as a success: reports the response that makes it one.
pub(crate) fn report_endpoint_error(
    scene: &Scene<'_>,
    rule: &'static Rule,
    who: &str,
    findings: &mut Findings,
) -> Claim {
    if !scene.is_masked() {
        return Claim::Passed;
    }
    let at = scene.blamed();
    let status = scene.exchange.response.status.value;
    let default = scene.selected().is_some_and(|(_, _, default)| default);
    let said = match scene.exchange.endpoint.as_ref().map(|call| &call.outcome) {
        Some(EndpointOutcome::Responded(response)) if scene.error_responses().next().is_some() => {
            format!("when {who} answers {}", response.status)
        }
        _ => format!("whatever error {who} answers with"),
    };
    scene.report(rule, rule.severity, at, findings, || Claimed {
        at,
        message: format!("{} answers {status} {said}", scene.whose()),
        label: match default {
            true => "no pattern takes the error's status: this response is used".to_string(),
            false => "its pattern takes statuses of errors, too".to_string(),
        },
        remedy: "integration responses for `4\\d{2}` and `5\\d{2}` with statuses of their own, and method responses for those; here the \
                 patterns are matched against the status"
            .to_string(),
        also: Vec::new(),
    })
}

/// Every integration response that counts: those of non-proxy integrations.
pub(crate) fn integration_responses(
    project: &Project,
) -> impl Iterator<Item = (&Api, &Route, &IntegrationResponse)> {
    project.apis.iter().flat_map(|api| {
        api.routes.iter().flat_map(move |route| {
            let mapped = matches!(
                route.integration.integration_type.optional(),
                Ok((Some(IntegrationType::Aws | IntegrationType::Http), _))
            );
            let responses =
                route.integration.responses.optional().ok().and_then(|(r, _)| r).filter(|_| mapped);
            responses.into_iter().flatten().map(move |response| (api, route, response))
        })
    })
}
