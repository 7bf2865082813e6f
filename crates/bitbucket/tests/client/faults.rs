//! Everything that goes wrong between here and there.

use std::time::Duration;

use bitbucket::{Clock, Limits, Retries};
use fakes::Fault;

use crate::stage::{Stage, fake, parrot};

#[tokio::test]
async fn faults_that_pass_are_waited_out_each_time_for_longer() {
    let faults = [Fault::status(503), Fault::reset(), Fault::status(555), Fault::close()];
    let stage = Stage::failing(faults);
    stage.bb.current_user().await.unwrap();
    let slept = stage.slept();
    assert_eq!(slept.len(), 4);
    for (wait, base) in slept.iter().zip([1, 2, 4, 8]) {
        assert!((base..=2 * base).contains(wait), "{slept:?}");
    }
}

#[tokio::test]
async fn every_fault_that_lasts_becomes_an_error_that_names_it() {
    let cases = [
        (Fault::status(500), "500 Internal Server Error (after 5 attempts)"),
        (Fault::status(502), "502 Bad Gateway (after 5 attempts)"),
        (Fault::status(503), "503 Service Unavailable (after 5 attempts)"),
        (Fault::status(504), "504 Gateway Timeout (after 5 attempts)"),
        (Fault::status(555), "555 Took Too Long: 555 Timed out (after 5 attempts)"),
        (Fault::status(408), "408 Request Timeout (after 5 attempts)"),
        (Fault::status(501), "501 Not Implemented"),
        (Fault::reset(), "(after 5 attempts)"),
        (
            Fault::close(),
            "the connection broke: error sending request: client error (SendRequest): connection closed before message completed (after 5 attempts)",
        ),
        (Fault::truncate(), "(after 5 attempts)"),
    ];
    for (fault, expected) in cases {
        let stage = Stage::failing([fault.always()]);
        let error = stage.bb.current_user().await.unwrap_err().to_string();
        assert!(error.starts_with("GET /user: "), "{error}");
        assert!(error.ends_with(expected), "{error}");
    }
}

#[tokio::test]
async fn a_write_that_may_have_been_done_is_not_repeated_unless_that_is_the_same_as_once() {
    for fault in [Fault::status(500), Fault::status(555), Fault::reset(), Fault::close()] {
        let stage = Stage::failing([fault.on("POST", "/comments")]);
        assert!(stage.repository().pull_requests().comments(7).create("Hello").send().await.is_err());
        assert_eq!(stage.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_write_that_was_refused_for_now_is_repeated() {
    let stage = Stage::failing([Fault::status(429).on("POST", "/comments").times(2)]);
    stage.repository().pull_requests().comments(7).create("Hello").send().await.unwrap();
    assert_eq!(stage.fake.comments(7).len(), 1);
}

#[tokio::test]
async fn retry_after_is_obeyed_in_seconds_and_as_a_date() {
    let stage = Stage::failing([
        Fault::status(429).retry_after("7"),
        Fault::status(503).retry_after("Thu, 01 Jan 1970 00:00:20 GMT"),
    ]);
    stage.bb.current_user().await.unwrap();
    assert_eq!(stage.slept(), [7, 13]);
    insta::assert_debug_snapshot!(stage.notes(), @r#"
    [
        "GET /user: 429 Too Many Requests: Rate limit for this resource has been exceeded; trying again in 7 s",
        "GET /user: 503 Service Unavailable (after 2 attempts); trying again in 13 s",
    ]
    "#);
}

#[tokio::test]
async fn a_retry_after_of_nothing_or_of_nonsense_is_replaced_by_a_wait_of_our_own() {
    let stage = Stage::failing([Fault::status(429).retry_after("0"), Fault::status(429).retry_after("soon")]);
    stage.bb.current_user().await.unwrap();
    assert!(stage.slept().iter().all(|wait| *wait >= 1), "{:?}", stage.slept());
}

#[tokio::test]
async fn a_wait_longer_than_the_budget_is_refused_with_both_numbers() {
    let stage = Stage::failing([Fault::status(429).retry_after("3600")]);
    let error = stage.bb.current_user().await.unwrap_err();
    assert!(error.is_rate_limited());
    assert!(stage.slept().is_empty());
    insta::assert_snapshot!(error, @"GET /user: 429 Too Many Requests: Rate limit for this resource has been exceeded; rate limit: told to wait 3600 s, more than the 300 s left of the 300 s allowed; try again later or allow a longer wait");
}

#[tokio::test]
async fn a_rate_limit_that_does_not_say_how_long_is_waited_for_until_the_budget_is_spent_for_all_requests() {
    let stage = Stage::with(fake().rate_limit(0), |builder| builder);
    let pull_requests = stage.repository().pull_requests();
    let error = pull_requests.get(7).await.unwrap_err();
    assert!(error.is_rate_limited(), "{error}");
    let spent: u64 = stage.slept().iter().sum();
    assert!((200..=300).contains(&spent), "{:?}", stage.slept());

    let before = stage.lines().len();
    while pull_requests.get(7).await.is_err() && stage.lines().len() < before + 20 {}
    let now: u64 = stage.slept().iter().sum();
    assert!(now <= 300, "a second request may not wait as long again: {:?}", stage.slept());

    stage.fake.refill_rate_limit(10);
    pull_requests.get(7).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_drips_for_ever_runs_into_the_time_out() {
    let limits = Limits { total: Duration::from_millis(150), ..Limits::default() };
    let once = Retries { faults: 0, ..Retries::default() };
    let stage = Stage::with(fake(), |builder| builder.limits(limits).retries(once));
    stage.fake.inject(Fault::drip());
    let error = stage.bb.current_user().await.unwrap_err().to_string();
    assert!(error.starts_with("GET /user: timed out: "), "{error}");
    assert!(error.ends_with("(allowed are 30 s of silence and 0.15 s in all)"), "{error}");
}

#[tokio::test]
async fn what_was_waited_for_an_answer_in_vain_comes_out_of_the_budget() {
    let limits = Limits { total: Duration::from_millis(60), ..Limits::default() };
    let short = Duration::from_millis(1);
    let budget = Duration::from_millis(100);
    let patient = Retries { faults: 1000, first_wait: short, longest_wait: short, budget, seed: None };
    let stage = Stage::with(fake(), |builder| builder.limits(limits).retries(patient).clock(Clock::system()));
    stage.fake.inject(Fault::hang().always());
    let error = stage.bb.current_user().await.unwrap_err().to_string();
    assert!(error.contains("gave up"), "{error}");
    assert_eq!(stage.lines().len(), 2);
}

#[tokio::test]
async fn an_answer_larger_than_allowed_is_not_read_to_its_end() {
    let limits = Limits { body: 100, ..Limits::default() };
    let stage = Stage::with(fake(), |builder| builder.limits(limits));
    insta::assert_snapshot!(
        stage.bb.current_user().await.unwrap_err(),
        @"GET /user: the answer is larger than the 100 bytes allowed"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_a_few_times() {
    let gone = fakes::Bitbucket::start().unwrap().api_url();
    let stage = Stage::with(fake(), |builder| builder.base_uri(&gone));
    let error = stage.bb.current_user().await.unwrap_err().to_string();
    assert!(error.starts_with("GET /user: no connection: "), "{error}");
    assert!(error.ends_with("(after 5 attempts)"), "{error}");
    assert_eq!(stage.slept().len(), 4);
}

#[tokio::test]
async fn a_rate_limit_that_is_near_is_told_once() {
    let headers =
        "X-RateLimit-Limit: 1000\r\nX-RateLimit-Resource: api-repositories\r\nX-RateLimit-NearLimit: true\r\n";
    let address = parrot(headers, "{}");
    let stage = Stage::with(fake(), |builder| builder.base_uri(address));
    for _ in 0..2 {
        stage.bb.current_user().await.unwrap();
    }
    assert_eq!(stage.notes(), ["the rate limit of 1000 requests an hour for api-repositories is near"]);
}

#[tokio::test]
async fn an_answer_cut_short_that_claims_to_be_whole_is_not_taken_for_one() {
    let address = parrot("content-type: application/json\r\n", r#"{"uuid":"{12"#);
    let stage = Stage::with(fake(), |builder| builder.base_uri(address));
    insta::assert_snapshot!(
        stage.bb.current_user().await.unwrap_err(),
        @"GET /user: 200 OK, but the answer cannot be used: EOF while parsing a string at line 1 column 12"
    );
}
