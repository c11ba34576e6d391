//! The one decision table: how a response relates to what the function did.

/// What the function did, as far as anyone saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Did {
    /// It did its work.
    Succeeded,
    /// It raised, timed out, exited, ran out of memory, could not be invoked, or returned an error envelope.
    Failed,
    /// It failed, caught that, and answered as if nothing had happened.
    Swallowed,
    /// It answered with an error status, and the client got that status.
    SaidErrorSame,
    /// It answered with an error status, and the client got another status.
    SaidErrorOther,
    /// A back end answered with an error status, and a pattern or a template of the API's chose another status for it: which of its own
    /// errors stands for a back end's is the API's to say.
    SaidErrorChosen,
    /// It was not asked: the gateway answered by itself.
    NotAsked,
    /// Nobody knows.
    Unseen,
}

/// The class of the status that the client got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Client {
    /// 2xx
    Success,
    /// 3xx
    Redirect,
    /// 4xx
    ClientError,
    /// 5xx
    ServerError,
    /// 1xx, no status at all, or not seen
    Unseen,
}

impl Client {
    /// The class of a status code.
    pub fn of(status: u16) -> Client {
        match status {
            200..=299 => Client::Success,
            300..=399 => Client::Redirect,
            400..=499 => Client::ClientError,
            500..=599 => Client::ServerError,
            _ => Client::Unseen,
        }
    }
}

/// Who made the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Maker {
    /// The function's own answer was passed on.
    Function,
    /// An integration response, with or without a mapping template.
    Mapping,
    /// The gateway by itself: a gateway response, an error of its own.
    Gateway,
    /// Not seen.
    Unseen,
}

/// What became of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BodyState {
    /// What the function said.
    Intact,
    /// The function said something and nothing of it arrived.
    Lost,
    /// Part of what the function said.
    Partial,
    /// The envelope that the gateway should have opened.
    Wrapped,
    /// Base64 text in place of bytes, or the reverse.
    WrongEncoding,
    /// An error body that says what happened or whom to ask.
    Message,
    /// AWS's stock text and nothing else.
    Stock,
    /// The client is a browser and may not read it: no CORS headers.
    Unreadable,
    /// Not seen.
    Unseen,
}

/// All the table may look at. An exchange, a pair of log lines, a live probe and the guard each know a different
/// amount: "unseen" is a value, not an `Option` someone forgets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Evidence {
    /// What the function did.
    pub did: Did,
    /// What the client got.
    pub client: Client,
    /// Who made that.
    pub maker: Maker,
    /// What became of the body.
    pub body: BodyState,
}

/// How the response relates to what the function did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The client was told what happened.
    Honest,
    /// A failure that arrived as a success.
    MaskedFailure,
    /// A success whose content was lost on the way.
    HollowSuccess,
    /// A success that arrived as a failure.
    FalseAlarm,
    /// One error that arrived as another.
    WrongStatus,
    /// An error that says nothing to the client.
    OpaqueError,
}

impl Verdict {
    /// All of them, in the order of the documentation.
    pub const ALL: [Verdict; 6] = [
        Verdict::Honest,
        Verdict::MaskedFailure,
        Verdict::HollowSuccess,
        Verdict::FalseAlarm,
        Verdict::WrongStatus,
        Verdict::OpaqueError,
    ];

    /// The public name.
    pub fn slug(self) -> &'static str {
        match self {
            Verdict::Honest => "honest",
            Verdict::MaskedFailure => "masked-failure",
            Verdict::HollowSuccess => "hollow-success",
            Verdict::FalseAlarm => "false-alarm",
            Verdict::WrongStatus => "wrong-status",
            Verdict::OpaqueError => "opaque-error",
        }
    }
}

/// The part of a response that a verdict rests on: whoever set it last is the culprit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The status line.
    Status,
    /// The headers.
    Headers,
    /// The body.
    Body,
}

/// A verdict and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// The part of the response that decided.
    pub part: Part,
    /// Why, in one clause.
    pub because: &'static str,
}

/// Judges one exchange. The first row that fits wins; there is no row for "everything else", so that the compiler proves
/// the table complete.
pub fn judge(e: &Evidence) -> Judgement {
    use BodyState::*;
    use Client::{ClientError, Redirect, ServerError, Success};
    use Did::{Failed, NotAsked, SaidErrorChosen, SaidErrorOther, SaidErrorSame, Succeeded, Swallowed};
    use Maker::{Function, Gateway, Mapping};
    use Verdict::{FalseAlarm, HollowSuccess, Honest, MaskedFailure, OpaqueError, WrongStatus};

    let row = |verdict, part, because| Judgement { verdict, part, because };
    match (e.did, e.client, e.maker, e.body) {
        (Failed, Success | Redirect, _, _) => {
            row(MaskedFailure, Part::Status, "the function failed and the client was told it succeeded")
        }
        (Swallowed, Success | Redirect, _, _) => {
            row(MaskedFailure, Part::Status, "the function swallowed its own failure and said it succeeded")
        }
        (SaidErrorSame | SaidErrorOther | SaidErrorChosen, Success | Redirect, _, _) => {
            row(MaskedFailure, Part::Status, "the function said an error status and the client got none")
        }
        (NotAsked, Success | Redirect, Gateway, _) => row(
            MaskedFailure,
            Part::Status,
            "the gateway refused the request and told the client it succeeded",
        ),
        (NotAsked, Success | Redirect, Function | Mapping | Maker::Unseen, _) => {
            row(Honest, Part::Status, "no function was asked, and none failed")
        }
        (Succeeded, Success | Redirect, _, Lost) => {
            row(HollowSuccess, Part::Body, "what the function answered never arrived")
        }
        (Succeeded, Success | Redirect, _, Partial) => {
            row(HollowSuccess, Part::Body, "only a part of what the function answered arrived")
        }
        (Succeeded, Success | Redirect, _, Wrapped) => {
            row(HollowSuccess, Part::Body, "the client got the function's envelope in place of its content")
        }
        (Succeeded, Success | Redirect, _, WrongEncoding) => {
            row(HollowSuccess, Part::Body, "the body arrived in the wrong encoding")
        }
        (Succeeded, Success | Redirect, _, Intact | Message | Stock | Unreadable | BodyState::Unseen) => {
            row(Honest, Part::Status, "the function succeeded and the client was told so")
        }
        (Succeeded, ClientError | ServerError, _, _) => {
            row(FalseAlarm, Part::Status, "the function succeeded and the client was told it failed")
        }
        (SaidErrorOther, ClientError | ServerError, _, _) => {
            row(WrongStatus, Part::Status, "the function said one error status and the client got another")
        }
        (
            Failed | Swallowed | SaidErrorSame | SaidErrorChosen | NotAsked,
            ClientError | ServerError,
            _,
            Unreadable,
        ) => row(OpaqueError, Part::Headers, "a browser may not read this error: it carries no CORS headers"),
        (Failed | Swallowed, ClientError | ServerError, _, Lost | Stock) => {
            row(OpaqueError, Part::Body, "the error says nothing beyond its status")
        }
        (
            Failed | Swallowed,
            ClientError | ServerError,
            _,
            Intact | Partial | Wrapped | WrongEncoding | Message | BodyState::Unseen,
        ) => row(Honest, Part::Status, "the function failed and the client was told so"),
        (
            SaidErrorSame,
            ClientError | ServerError,
            _,
            Intact | Lost | Partial | Wrapped | WrongEncoding | Message | Stock | BodyState::Unseen,
        ) => row(Honest, Part::Status, "the client got the status that the function said"),
        (
            SaidErrorChosen,
            ClientError | ServerError,
            _,
            Intact | Lost | Partial | Wrapped | WrongEncoding | Message | Stock | BodyState::Unseen,
        ) => row(Honest, Part::Status, "the back end said an error, and the API chose this error for it"),
        (
            NotAsked,
            ClientError | ServerError,
            _,
            Intact | Lost | Partial | Wrapped | WrongEncoding | Message | Stock | BodyState::Unseen,
        ) => row(Honest, Part::Status, "the gateway refused the request and said so"),
        (Did::Unseen, _, _, _) => row(Honest, Part::Status, "nothing is known that contradicts it"),
        (_, Client::Unseen, _, _) => row(Honest, Part::Status, "nothing is known of what the client got"),
    }
}

/// The whole table as a Markdown page: for each thing a function can do and each maker, what the client got against what
/// became of the body.
pub fn table_page() -> String {
    const DID: [(Did, &str); 8] = [
        (Did::Succeeded, "succeeded"),
        (
            Did::Failed,
            "failed (raised, timed out, exited, out of memory, not invocable, returned an error envelope)",
        ),
        (Did::Swallowed, "swallowed its own failure"),
        (Did::SaidErrorSame, "said an error status, and the client got that status"),
        (Did::SaidErrorOther, "said an error status, and the client got another status"),
        (
            Did::SaidErrorChosen,
            "said an error status as a back end, and a pattern or a template chose the status for the client",
        ),
        (Did::NotAsked, "was not asked"),
        (Did::Unseen, "was not seen"),
    ];
    const CLIENT: [(Client, &str); 5] = [
        (Client::Success, "2xx"),
        (Client::Redirect, "3xx"),
        (Client::ClientError, "4xx"),
        (Client::ServerError, "5xx"),
        (Client::Unseen, "unseen"),
    ];
    const MAKER: [(Maker, &str); 4] = [
        (Maker::Function, "the function's answer, passed on"),
        (Maker::Mapping, "an integration response"),
        (Maker::Gateway, "the gateway itself"),
        (Maker::Unseen, "unseen"),
    ];
    const BODY: [(BodyState, &str); 9] = [
        (BodyState::Intact, "intact"),
        (BodyState::Lost, "lost"),
        (BodyState::Partial, "partial"),
        (BodyState::Wrapped, "wrapped"),
        (BodyState::WrongEncoding, "wrong encoding"),
        (BodyState::Message, "message"),
        (BodyState::Stock, "stock text"),
        (BodyState::Unreadable, "unreadable"),
        (BodyState::Unseen, "unseen"),
    ];
    let grid = |did, maker| {
        let mut grid = String::from("| client |");
        BODY.iter().for_each(|(_, name)| grid.push_str(&format!(" {name} |")));
        grid.push_str("\n| --- |");
        BODY.iter().for_each(|_| grid.push_str(" --- |"));
        for (client, name) in CLIENT {
            grid.push_str(&format!("\n| {name} |"));
            for (body, _) in BODY {
                grid.push_str(&format!(
                    " {} |",
                    judge(&Evidence { did, client, maker, body }).verdict.slug()
                ));
            }
        }
        grid
    };
    let mut page = String::from(
        "# Verdicts\n\nMade from the decision table in `candor-contract` (`verdict.rs`) by `cargo xtask bless`; a test \
         compares the two.\nEvery combination of what the function did, who made the response, which class of status the \
         client got (rows)\nand what became of the body (columns) stands here. Makers that share a table are named together.\n",
    );
    for (did, title) in DID {
        page.push_str(&format!("\n## The function {title}\n"));
        let mut done: Vec<String> = Vec::new();
        for (maker, _) in MAKER {
            let this = grid(did, maker);
            if done.contains(&this) {
                continue;
            }
            let names: Vec<&str> =
                MAKER.iter().filter(|(m, _)| grid(did, *m) == this).map(|(_, n)| *n).collect();
            page.push_str(&format!("\nMade by: {}.\n\n{this}\n", names.join("; ")));
            done.push(this);
        }
    }
    page
}
