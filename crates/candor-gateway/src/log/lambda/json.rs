//! The JSON format.

use candor_contract::json::Json;

use super::{Event, Line, Raised, Report, Runtime, Status};

fn text(text: &str) -> Json {
    Json::string(text)
}

/// A number as it is spelled; what is none stays text.
fn number(spelled: &str) -> Json {
    match Json::read(spelled) {
        Ok(number @ Json::Number(_)) => number,
        Ok(_) | Err(_) => text(spelled),
    }
}

/// The line, where the format has words for the event.
pub(super) fn write(line: &Line) -> Option<String> {
    let time = line.time.as_deref();
    let platform = |of: &str, record: Vec<(&str, Json)>| {
        let time = time.map(|time| ("time", text(time)));
        let members = [("type", text(of)), ("record", Json::object(record))];
        Some(Json::object(time.into_iter().chain(members)).write())
    };
    let application = |members: Vec<(&str, Json)>| {
        let time = time.map(|time| ("timestamp", text(time)));
        Some(Json::object(time.into_iter().chain(members)).write())
    };
    let status = |status: Option<Status>, error_type: &Option<String>| {
        let status = ("status", text(status.unwrap_or(Status::Success).word()));
        let error_type = error_type.as_ref().map(|own| ("errorType", text(own)));
        std::iter::once(status).chain(error_type)
    };
    match &line.event {
        Event::InitStart { runtime_version, runtime_arn } => {
            let kind = [("initializationType", text("on-demand")), ("phase", text("init"))];
            let versions =
                [("runtimeVersion", text(runtime_version)), ("runtimeVersionArn", text(runtime_arn))];
            platform("platform.initStart", kind.into_iter().chain(versions).collect())
        }
        Event::InitReport { duration, phase, status: ended, error_type } => {
            let kind = [("initializationType", text("on-demand")), ("phase", text(phase))];
            let metrics = ("metrics", Json::object([("durationMs", number(duration))]));
            let ended = status(Some(*ended), error_type);
            platform("platform.initReport", kind.into_iter().chain(ended).chain([metrics]).collect())
        }
        Event::Start { request_id, version } => {
            platform("platform.start", vec![("requestId", text(request_id)), ("version", text(version))])
        }
        Event::End { request_id, status: ended, error_type } => {
            let id = ("requestId", text(request_id));
            platform("platform.runtimeDone", [id].into_iter().chain(status(*ended, error_type)).collect())
        }
        Event::Report(report) => {
            let mut metrics = vec![
                ("durationMs", number(&report.duration)),
                ("billedDurationMs", number(&report.billed)),
                ("memorySizeMB", number(&report.memory_size)),
                ("maxMemoryUsedMB", number(&report.memory_used)),
            ];
            metrics.extend(report.init_duration.as_ref().map(|ms| ("initDurationMs", number(ms))));
            metrics.extend(report.restore_duration.as_ref().map(|ms| ("restoreDurationMs", number(ms))));
            let head = [("requestId", text(&report.request_id)), ("metrics", Json::object(metrics))];
            let ended = status(report.status, &report.error_type);
            platform("platform.report", head.into_iter().chain(ended).collect())
        }
        Event::Raised(raised) => {
            let id = raised.request_id.as_ref().map(|id| ("requestId", text(id)));
            let (error_type, message) =
                (("errorType", text(&raised.error_type)), ("errorMessage", text(&raised.message)));
            let level = ("level", text("ERROR"));
            match raised.runtime {
                // No `message`: the runtime adds level and time to the error that it sends to Lambda.
                Runtime::Python => {
                    let stack = ("stackTrace", Json::Array(frames(&raised.stack)));
                    let error = [level, message, error_type].into_iter().chain(id).chain([stack]);
                    application(error.collect())
                }
                Runtime::Node => {
                    let stack = raised.stack.iter().map(|line| text(line)).collect();
                    let error = Json::object([error_type, message, ("stackTrace", Json::Array(stack))]);
                    application([level].into_iter().chain(id).chain([("message", error)]).collect())
                }
            }
        }
        Event::Logged { runtime, level, request_id, message } => {
            let level = ("level", text(level));
            let message = ("message", text(message));
            let id = ("requestId", text(request_id));
            match runtime {
                Runtime::Python => application(vec![level, message, ("logger", text("root")), id]),
                Runtime::Node => application(vec![level, id, message]),
            }
        }
        Event::TimedOut { .. } | Event::Died { .. } | Event::Traced { .. } | Event::Other(_) => None,
    }
}

/// Python's frames are two lines each: a place and its source.
fn frames(lines: &[String]) -> Vec<Json> {
    let mut frames: Vec<String> = Vec::new();
    for line in lines {
        match frames.last_mut() {
            Some(frame) if !line.starts_with("  File ") => {
                frame.push('\n');
                frame.push_str(line);
            }
            Some(_) | None => frames.push(line.clone()),
        }
    }
    frames.into_iter().map(Json::String).collect()
}

pub(super) fn read(line: &str) -> Option<Line> {
    // Most lines of a log are no JSON; what starts like it is rarely anything else.
    if !line.starts_with('{') {
        return None;
    }
    let json = Json::read(line).ok()?;
    let string = |key: &str| json.get(key).and_then(Json::as_str);
    let time = |key: &str| string(key).map(str::to_string);
    if let (Some(kind), Some(record)) = (string("type"), json.get("record")) {
        return Some(Line::new(time("time"), platform(kind, record)?));
    }
    let level = string("level")?;
    let request_id = string("requestId").map(str::to_string);
    let with_id = |raised: Raised| Event::Raised(Raised { request_id: request_id.clone(), ..raised });
    let event = match json.get("message") {
        None => with_id(raised(Runtime::Python, &json, "stackTrace")?),
        Some(message @ Json::Object(_)) => with_id(raised(Runtime::Node, message, "stackTrace")?),
        Some(message) => Event::Logged {
            runtime: if json.get("logger").is_some() { Runtime::Python } else { Runtime::Node },
            level: level.to_string(),
            request_id: request_id?,
            message: message.as_str()?.to_string(),
        },
    };
    Some(Line::new(time("timestamp"), event))
}

/// An error as runtimes spell it.
pub(super) fn raised(runtime: Runtime, error: &Json, stack: &str) -> Option<Raised> {
    let string = |key: &str| error.get(key).and_then(Json::as_str).map(str::to_string);
    let stack = match error.get(stack) {
        Some(Json::Array(lines)) => {
            let lines = lines.iter().filter_map(Json::as_str);
            lines.flat_map(|frame| frame.trim_end_matches('\n').split('\n')).map(str::to_string).collect()
        }
        Some(_) | None => Vec::new(),
    };
    let (error_type, message) = (string("errorType")?, string("errorMessage")?);
    Some(Raised { runtime, request_id: None, error_type, message, stack })
}

fn platform(kind: &str, record: &Json) -> Option<Event> {
    let string = |key: &str| record.get(key).and_then(Json::as_str).map(str::to_string);
    let metric = |key: &str| match record.get("metrics")?.get(key)? {
        Json::Number(spelled) | Json::String(spelled) => Some(spelled.clone()),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    let status = || string("status").and_then(|word| Status::read(&word));
    Some(match kind {
        "platform.initStart" => Event::InitStart {
            runtime_version: string("runtimeVersion")?,
            runtime_arn: string("runtimeVersionArn")?,
        },
        "platform.initReport" => Event::InitReport {
            duration: metric("durationMs")?,
            phase: string("phase")?,
            status: status()?,
            error_type: string("errorType"),
        },
        "platform.start" => Event::Start { request_id: string("requestId")?, version: string("version")? },
        "platform.runtimeDone" => {
            Event::End { request_id: string("requestId")?, status: status(), error_type: string("errorType") }
        }
        "platform.report" => Event::Report(Report {
            request_id: string("requestId")?,
            duration: metric("durationMs")?,
            billed: metric("billedDurationMs")?,
            memory_size: metric("memorySizeMB")?,
            memory_used: metric("maxMemoryUsedMB")?,
            init_duration: metric("initDurationMs"),
            restore_duration: metric("restoreDurationMs"),
            status: status(),
            error_type: string("errorType"),
        }),
        _ => return None,
    })
}
