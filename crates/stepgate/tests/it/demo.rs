use crate::support::Place;

#[test]
fn the_story_is_the_same_whatever_is_set_where_it_is_told() {
    let place = Place::plain();
    let story = place.run("demo --report told/report.html");
    assert_eq!(story.status, 0, "{story}");
    assert!(place.read("told/report.html").contains("<h1>Fail: 5 new findings block"));
    let names = ["PUBLISH", "CONFIG", "DESTINATION", "BITBUCKET_URL", "BITBUCKET_PATIENCE"];
    let elsewhere = names.iter().fold(Place::plain(), |place, name| place.env(&format!("STEPGATE_{name}"), "never"));
    assert_eq!(elsewhere.run("demo --report told/report.html").to_string(), story.to_string());
}
