use crate::rules::Topic;

/// The topic's name, as the rules write it.
#[must_use]
pub const fn topic_name(topic: Topic) -> &'static str {
    match topic {
        Topic::ScaleUp => "scale-up",
        Topic::ScaleDown => "scale-down",
        Topic::Failure => "failure",
        Topic::AtMax => "at-max",
        Topic::Blind => "blind",
        Topic::Outage => "outage",
        Topic::DrainBlocked => "drain-blocked",
        Topic::SpotInterruption => "spot-interruption",
        Topic::Recovered => "recovered",
    }
}

#[cfg(test)]
mod tests {
    use crate::announce::topic_name;
    use crate::rules::Topic;

    #[test]
    fn names_are_those_of_the_stored_form() {
        let topics = [
            Topic::ScaleUp,
            Topic::ScaleDown,
            Topic::Failure,
            Topic::AtMax,
            Topic::Blind,
            Topic::Outage,
            Topic::DrainBlocked,
            Topic::SpotInterruption,
            Topic::Recovered,
        ];
        for topic in topics {
            assert_eq!(serde_json::to_value(topic).unwrap(), topic_name(topic));
        }
    }
}
