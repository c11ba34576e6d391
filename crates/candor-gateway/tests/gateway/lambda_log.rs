//! Lambda's own lines: what they say of each outcome, in both formats, and that they are read back.

use candor_gateway::log::lambda::{Event, Format, Line, Raised, Ran, Report, Runtime, Status, of};
use proptest::prelude::*;

use super::*;

fn ran() -> Ran {
    Ran {
        request_id: "8f5e".to_string(),
        started: Some("2026-11-23T14:47:08.123Z".to_string()),
        ended: Some("2026-11-23T14:47:09.000Z".to_string()),
        duration: "11.64".to_string(),
        billed: "12".to_string(),
        memory_size: "128".to_string(),
        memory_used: "67".to_string(),
        runtime: Some(Runtime::Python),
    }
}

fn lines(outcome: Outcome, format: Format) -> Vec<String> {
    of(&outcome, &ran(), format).iter().map(|line| line.write(format)).collect()
}

const FRAME: &str = "  File \"/var/task/app.py\", line 3, in handler\n    raise Oops\n";

fn oops() -> Outcome {
    Outcome::Raised(FunctionError::python("Oops", "no", "8f5e", FRAME))
}

#[test]
fn the_text_format_says_what_happened() {
    let report = "REPORT RequestId: 8f5e\tDuration: 11.64 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\t";
    let around = |said: &[&str], report: String| -> Vec<String> {
        let end = ["END RequestId: 8f5e".to_string(), report];
        let start = "START RequestId: 8f5e Version: $LATEST".to_string();
        [start].into_iter().chain(said.iter().map(|s| s.to_string())).chain(end).collect()
    };
    let text = |outcome| lines(outcome, Format::Text);
    assert_eq!(text(returned("{}")), around(&[], report.to_string()));
    let traceback = "[ERROR] Oops: no\nTraceback (most recent call last):\n\
                     \u{a0}\u{a0}File \"/var/task/app.py\", line 3, in handler\n\u{a0}\u{a0}\u{a0}\u{a0}raise Oops";
    // An exception leaves no status in the report.
    assert_eq!(text(oops()), around(&[traceback], report.to_string()));
    let stopped = report.replace("11.64", "3000.00").replace("12 ms", "3000 ms");
    assert_eq!(
        text(timed_out(3)),
        around(
            &["2026-11-23T14:47:09.000Z 8f5e Task timed out after 3.00 seconds"],
            format!("{stopped}Status: timeout\t")
        )
    );
    assert_eq!(
        text(Outcome::Exited),
        around(
            &["RequestId: 8f5e Error: Runtime exited with error: exit status 1\nRuntime.ExitError"],
            format!("{report}Status: error\tError Type: Runtime.ExitError\t")
        )
    );
    assert_eq!(
        text(Outcome::OutOfMemory),
        around(
            &["RequestId: 8f5e Error: Runtime exited with error: signal: killed\nRuntime.ExitError"],
            format!("{}Status: error\tError Type: Runtime.OutOfMemory\t", report.replace("67", "128"))
        )
    );
    let missing =
        FunctionError::python("Runtime.ImportModuleError", "Unable to import module 'app'", "8f5e", "");
    assert_eq!(
        text(Outcome::InitFailed(missing)),
        around(
            &[
                "[ERROR] Runtime.ImportModuleError: Unable to import module 'app'\nTraceback (most recent call last):"
            ],
            format!("{report}Status: error\tError Type: Runtime.ImportModuleError\t")
        )
    );
    for never_ran in [Outcome::Throttled, Outcome::NotInvocable] {
        assert!(text(never_ran).is_empty());
    }
}

#[test]
fn the_json_format_says_the_same() {
    let json = |outcome| lines(outcome, Format::Json);
    let report = |more: &str| {
        format!(
            "{{\"time\":\"2026-11-23T14:47:09.000Z\",\"type\":\"platform.report\",\"record\":{{\"requestId\":\"8f5e\",\"metrics\":\
             {{\"durationMs\":11.64,\"billedDurationMs\":12,\"memorySizeMB\":128,\"maxMemoryUsedMB\":67}},{more}}}}}"
        )
    };
    let success = json(returned("{}"));
    assert_eq!(
        success,
        [
            r#"{"time":"2026-11-23T14:47:08.123Z","type":"platform.start","record":{"requestId":"8f5e","version":"$LATEST"}}"#,
            r#"{"time":"2026-11-23T14:47:09.000Z","type":"platform.runtimeDone","record":{"requestId":"8f5e","status":"success"}}"#,
            &report("\"status\":\"success\""),
        ]
    );
    let raised = json(oops());
    assert_eq!(
        raised[1],
        "{\"timestamp\":\"2026-11-23T14:47:09.000Z\",\"level\":\"ERROR\",\"errorMessage\":\"no\",\"errorType\":\"Oops\",\
         \"requestId\":\"8f5e\",\"stackTrace\":[\"  File \\\"/var/task/app.py\\\", line 3, in handler\\n    raise Oops\"]}"
    );
    assert_eq!(raised[3], report("\"status\":\"error\""));
    let stopped = json(timed_out(3));
    assert_eq!(stopped.len(), 3);
    assert!(stopped[1].contains("\"status\":\"timeout\"") && stopped[2].contains("\"durationMs\":3000.00"));
    let died = json(Outcome::Exited);
    assert_eq!(died[1], "RequestId: 8f5e Error: Runtime exited with error: exit status 1\nRuntime.ExitError");
    assert!(died[3].ends_with("\"status\":\"failure\",\"errorType\":\"Runtime.ExitError\"}}"));
}

#[test]
fn node_has_words_of_its_own() {
    let node = Ran { runtime: Runtime::of("nodejs22.x"), ..ran() };
    let text = of(&oops(), &node, Format::Text)[1].write(Format::Text);
    assert!(text.starts_with("2026-11-23T14:47:09.000Z\t8f5e\tERROR\tInvoke Error \t{\"errorType\":\"Oops\",\"errorMessage\":\"no\",\"stack\":["));
    let json = of(&oops(), &node, Format::Json)[1].write(Format::Json);
    assert!(
        json.contains("\"level\":\"ERROR\",\"requestId\":\"8f5e\",\"message\":{\"errorType\":\"Oops\""),
        "{json}"
    );
    // Of other runtimes nobody knows: the exception is left out.
    let go = Ran { runtime: Runtime::of("provided.al2023"), ..ran() };
    assert_eq!(of(&oops(), &go, Format::Text).len(), 3);
}

#[test]
fn an_exchange_knows_its_times() {
    let api = proxy();
    let exchange = api.exchange(get("/o"), raised("no"));
    let ran = Ran::of(&exchange, Some(Runtime::Python));
    let lines = of(&raised("use key AKIAIOSFODNN7EXAMPLE"), &ran, Format::Json);
    assert_eq!(lines[0].time.as_deref(), Some("2025-09-24T19:28:50.123Z"));
    assert_eq!(lines[3].time.as_deref(), Some("2025-09-24T19:28:50.143Z"));
    let Event::Raised(raised) = &lines[1].event else { panic!("{lines:?}") };
    assert_eq!(raised.message, "use key AKIA****************");
    let stopped = api.exchange(get("/o"), timed_out(3));
    assert_eq!(Ran::of(&stopped, None).ended.as_deref(), Some("2025-09-24T19:28:53.123Z"));
}

#[test]
fn lines_of_public_logs_are_read() {
    let event = |line: &str| Line::read(line).event;
    let own = |text: &str| text.to_string();
    assert_eq!(
        event(
            "INIT_START Runtime Version: python:3.12.v28\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:a783\n"
        ),
        Event::InitStart {
            runtime_version: own("python:3.12.v28"),
            runtime_arn: own("arn:aws:lambda:us-east-1::runtime:a783")
        }
    );
    assert_eq!(
        event(
            "INIT_REPORT Init Duration: 262.77 ms\tPhase: init\tStatus: error\tError Type: Runtime.ImportModuleError"
        ),
        Event::InitReport {
            duration: own("262.77"),
            phase: own("init"),
            status: Status::Error,
            error_type: Some(own("Runtime.ImportModuleError"))
        }
    );
    let Event::Report(report) = event(
        "REPORT RequestId: a-b\tDuration: 11.64 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\tMax Memory Used: 67 MB\tInit Duration: \
         174.05 ms\t\nXRAY TraceId: 1-5\tSegmentId: 7\tSampled: true\t\n",
    ) else {
        panic!("no report")
    };
    assert_eq!((report.request_id.as_str(), report.init_duration.as_deref()), ("a-b", Some("174.05")));
    assert_eq!(report.status, None);
    // Older runtimes part the lines of a traceback with carriage returns.
    assert_eq!(
        event(
            "[ERROR] KeyError: 'id'\rTraceback (most recent call last):\r\u{a0}\u{a0}File \"/var/task/a.py\", line 3, in h\r"
        ),
        Event::Raised(Raised {
            runtime: Runtime::Python,
            request_id: None,
            error_type: own("KeyError"),
            message: own("'id'"),
            stack: vec![own("  File \"/var/task/a.py\", line 3, in h")]
        })
    );
    assert_eq!(
        event("[ERROR]\t2026-11-23T14:47:08.123Z\ta-b\tcould not save"),
        Event::Logged {
            runtime: Runtime::Python,
            level: own("ERROR"),
            request_id: own("a-b"),
            message: own("could not save")
        }
    );
    assert_eq!(
        event("2026-11-23T14:47:08.123Z\tundefined\tWARN\tslow"),
        Event::Logged {
            runtime: Runtime::Node,
            level: own("WARN"),
            request_id: own(""),
            message: own("slow")
        }
    );
    assert_eq!(
        event("2026-11-23T14:47:08.123Z a-b Task timed out after 3.00 seconds\n\n"),
        Event::TimedOut { request_id: own("a-b"), seconds: own("3.00") }
    );
    assert_eq!(
        event(
            r#"{"time":"2022-06-23T18:14:45.498Z","type":"platform.runtimeDone","record":{"requestId":"a-b","metrics":{"durationMs":1},"status":"timeout","spans":[]}}"#
        ),
        Event::End { request_id: own("a-b"), status: Some(Status::Timeout), error_type: None }
    );
    // What a function prints is not taken for Lambda's word, however like it looks.
    for printed in [
        "[ERROR] no traceback follows",
        "START RequestId",
        "retry: Task timed out after 3.00 seconds",
        "{\"level\":\"ERROR\",\"message\":\"x\"}",
        "{\"type\":\"platform.start\"}",
        "{broken",
        "END RequestId: a b",
    ] {
        assert_eq!(event(printed), Event::Other(own(printed)), "{printed}");
    }
}

fn word() -> impl Strategy<Value = String> {
    "[0-9a-f-]{1,12}"
}

fn number() -> impl Strategy<Value = String> {
    "[1-9][0-9]{0,4}(\\.[0-9]{2})?"
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(vec![Status::Success, Status::Error, Status::Timeout, Status::Failure])
}

fn raised_event() -> impl Strategy<Value = Event> {
    let runtime = prop::sample::select(vec![Runtime::Python, Runtime::Node]);
    let stack = prop::collection::vec("(  File )?[a-z( é]{0,9}[a-z)]", 0..4);
    (runtime, word(), "[A-Z][A-Za-z.]{0,9}", "[a-z][ -~é]{0,20}[a-z]", stack).prop_map(
        |(runtime, id, error_type, message, stack)| {
            Event::Raised(Raised { runtime, request_id: Some(id), error_type, message, stack })
        },
    )
}

/// Any event of which the JSON format has all.
fn event() -> impl Strategy<Value = Event> {
    let error_type = prop::option::of("[A-Z][A-Za-z.]{0,9}");
    let report = (word(), number(), number(), prop::option::of(number()), status(), error_type.clone());
    prop_oneof![
        (word(), word())
            .prop_map(|(runtime_version, runtime_arn)| Event::InitStart { runtime_version, runtime_arn }),
        (number(), word(), status(), error_type.clone()).prop_map(|(duration, phase, status, error_type)| {
            Event::InitReport { duration, phase, status, error_type }
        }),
        (word(), word()).prop_map(|(request_id, version)| Event::Start { request_id, version }),
        (word(), status(), error_type).prop_map(|(request_id, status, error_type)| Event::End {
            request_id,
            status: Some(status),
            error_type
        }),
        report.prop_map(|(request_id, duration, memory_used, init_duration, status, error_type)| {
            Event::Report(Report {
                request_id,
                billed: duration.clone(),
                duration,
                memory_size: "128".to_string(),
                memory_used,
                restore_duration: init_duration.clone(),
                init_duration,
                status: Some(status),
                error_type,
            })
        }),
        (word(), number()).prop_map(|(request_id, seconds)| Event::TimedOut { request_id, seconds }),
        (word(), "[a-z][a-z: 0-9]{0,9}[a-z]", "[A-Z][A-Za-z.]{0,9}")
            .prop_map(|(request_id, error, error_type)| Event::Died { request_id, error, error_type }),
        raised_event(),
        (
            prop::sample::select(vec![Runtime::Python, Runtime::Node]),
            "[A-Z]{1,8}",
            word(),
            "[ -~é]{0,30}[a-z]"
        )
            .prop_map(|(runtime, level, request_id, message)| Event::Logged {
                runtime,
                level,
                request_id,
                message
            }),
        (word(), word(), any::<bool>()).prop_map(|(trace_id, segment_id, sampled)| Event::Traced {
            trace_id,
            segment_id,
            sampled
        }),
    ]
}

/// What the text format lets one see of an event.
fn in_text(event: Event) -> Event {
    let seen = |status: Status| match status {
        Status::Success => None,
        Status::Error | Status::Failure => Some(Status::Error),
        Status::Timeout => Some(Status::Timeout),
    };
    match event {
        Event::End { request_id, .. } => Event::End { request_id, status: None, error_type: None },
        Event::InitReport { duration, phase, status, error_type } => {
            let status = seen(status);
            let error_type = error_type.filter(|_| status.is_some());
            Event::InitReport { duration, phase, status: status.unwrap_or(Status::Success), error_type }
        }
        Event::Report(report) => {
            let status = report.status.and_then(seen);
            Event::Report(Report {
                status,
                error_type: report.error_type.filter(|_| status.is_some()),
                ..report
            })
        }
        Event::Raised(raised) if raised.runtime == Runtime::Python => {
            Event::Raised(Raised { request_id: None, ..raised })
        }
        event => event,
    }
}

/// Whether a line of this format shows its time.
fn shows_time(event: &Event, format: Format) -> bool {
    match event {
        Event::TimedOut { .. } | Event::Logged { .. } => true,
        Event::Raised(raised) => format == Format::Json || raised.runtime == Runtime::Node,
        Event::Died { .. } | Event::Traced { .. } | Event::Other(_) => false,
        _ => format == Format::Json,
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(event in event()) {
        for format in [Format::Text, Format::Json] {
            let time = Some("2026-11-23T14:47:08.123Z".to_string());
            let written = Line::new(time.clone(), event.clone()).write(format);
            let seen = if format == Format::Text { in_text(event.clone()) } else { event.clone() };
            let time = time.filter(|_| shows_time(&seen, format));
            prop_assert_eq!(Line::read(&written), Line::new(time, seen), "{}", written);
        }
    }

    #[test]
    fn any_text_is_read(pieces in prop::collection::vec(
        prop_oneof![
            event().prop_map(|event| Line::new(None, event).write(Format::Text)),
            event().prop_map(|event| Line::new(None, event).write(Format::Json)),
            prop::sample::select(vec!["\t", "\n", "[ERROR]", "RequestId: ", "Traceback (most recent call last):", "{\"type\":"])
                .prop_map(str::to_string),
            any::<String>(),
        ],
        0..5,
    )) {
        let text = pieces.concat();
        let line = Line::read(&text);
        match &line.event {
            Event::Other(other) => prop_assert_eq!(other.as_str(), text.trim_end_matches(['\n', '\r'])),
            // What was understood is written in AWS's own spelling, and that is understood again.
            _ => for format in [Format::Text, Format::Json] {
                Line::read(&line.write(format));
            },
        }
    }
}

#[test]
fn a_long_text_is_read_in_linear_time() {
    let started = std::time::Instant::now();
    let traceback = "Traceback (most recent call last):";
    let starts = [
        "",
        "REPORT ",
        "[ERROR] ",
        "[ERROR]\t",
        "{\"level\":\"",
        "RequestId: ",
        "2026-11-23T14:47:08.123Z\t",
    ];
    for start in starts {
        for piece in [
            traceback,
            "\t",
            "\tDuration: ",
            " Error: ",
            "\n",
            "{",
            "[",
            " Task timed out after ",
            "\u{a0}",
            "a: ",
        ] {
            Line::read(&format!("{start}{}", piece.repeat(1_000_000 / piece.len())));
        }
    }
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
