import CaseMachine
import Testing

@Suite struct PolicyTests {
    @Test func `the defaults are what the requirements say`() {
        let policy = Policy()
        #expect(policy.problems.isEmpty)
        #expect(policy.autoClose == .days(7))
        #expect(policy.closingWarning == .hours(24))
        #expect(policy.missedResponse == .minutes(4))
        #expect(policy.ring == .seconds(45))
    }

    @Test(
        arguments: [
            (\Policy.autoClose, Duration.hours(1), "auto-close: must be between 2 hours and 365 days"),
            (\.closingWarning, .minutes(9), "warning before closing: must be between 10 minutes and 30 days"),
            (\.intakeTimeout, .zero, "time for identifiers: must be between 5 minutes and 30 days"),
            (\.firstResponseAlert, .zero, "first-response alert: must be between 30 seconds and 7 days"),
            (\.repeatedAlert, .minutes(1), "repeated alert: must be between 10 minutes and 7 days"),
            (
                \.missedResponse, .seconds(271),
                "notice of a missed response: must be between 10 seconds and 270 seconds"
            ),
            (\.missedResponse, .seconds(9), "notice of a missed response: must be between 10 seconds and 270 seconds"),
            (\.ring, .minutes(4), "ringing: must be between 10 seconds and 3 minutes"),
            (\.callGrace, .hours(1), "grace of a call: must be between 5 seconds and 5 minutes"),
            (\.reopeningWindow, .seconds(-1), "reopening window: must be between nothing and 365 days"),
            (\.assigneeGrace, .seconds(1), "grace of an absent member: must be between 10 seconds and 1 day"),
            (\.longestSnooze, .seconds(1), "longest snooze: must be between 5 minutes and 365 days"),
            (\.retention, .days(36_501), "retention: must be between 1 day and 36500 days"),
        ] as [(any WritableKeyPath<Policy, Duration> & Sendable, Duration, String)])
    func `a duration out of range is named with its range`(
        setting: any WritableKeyPath<Policy, Duration> & Sendable, value: Duration, message: String
    ) {
        var policy = Policy()
        policy[keyPath: setting] = value
        #expect(policy.problems.map(\.description).contains(message))
    }

    @Test func `settings that contradict each other are named`() {
        var policy = Policy()
        policy.autoClose = .days(1)
        policy.supervisorAlert = .minutes(5)
        policy.reopeningWindow = .days(30)
        policy.retention = .days(20)
        #expect(
            policy.problems.map(\.description) == [
                "warning before closing: must be shorter than the auto-close",
                "alert of supervisors: must be later than the first-response alert",
                "reopening window: must not be longer than the retention",
            ])
        policy = Policy()
        policy.supervisorAlert = .days(7)
        #expect(policy.problems.map(\.description) == ["alert of supervisors: must be earlier than the auto-close"])
    }

    @Test(arguments: [
        OpeningHours.Span(from: 1320, until: 360), OpeningHours.Span(from: -1, until: 60),
        OpeningHours.Span(from: 0, until: 10_081), OpeningHours.Span(from: 60, until: 60),
    ])
    func `opening hours lie within the week`(span: OpeningHours.Span) {
        var policy = Policy()
        policy.hours = OpeningHours([OpeningHours.Span(from: 0, until: 60), span])
        #expect(policy.problems.map(\.setting) == ["opening hours"])
    }

    @Test(arguments: [0, Limits.textBytes + 1])
    func `an automatic message has some text, and not too much`(bytes: Int) {
        var policy = Policy()
        policy.welcomes = [Welcome(text: String(repeating: "x", count: bytes))]
        #expect(policy.problems.map(\.setting) == ["automatic message"])
    }

    @Test func `a policy of absurd length ends no process`() throws {
        var policy = Policy()
        policy.autoClose = .seconds(Int64.max)
        policy.closingWarning = .seconds(Int64.min)
        policy.missedResponse = .seconds(Int64.max)
        let story = try Story.answered(policy)
        #expect(!story.deadlines.isEmpty)
        #expect(!policy.problems.isEmpty)
    }
}

@Suite struct TimestampTests {
    @Test func `adding stops at the ends of the calendar`() {
        let last = Timestamp(milliseconds: .max)
        let first = Timestamp(milliseconds: .min)
        #expect(last + .milliseconds(1) == last)
        #expect(first - .milliseconds(1) == first)
        #expect(last + .seconds(Int64.max) == last)
        #expect(last - .seconds(Int64.min) == last)
        #expect(first + .seconds(Int64.min) == first)
        #expect(Story.start + .days(1) - .hours(24) == Story.start)
    }

    @Test func `differences have a sign, and durations are rounded towards zero`() {
        let later = Story.start + .seconds(2)
        #expect(later.since(Story.start) == .seconds(2))
        #expect(Story.start.since(later) == .seconds(-2))
        #expect(Duration.microseconds(1999).wholeMilliseconds == 1)
        #expect(Duration.microseconds(-1999).wholeMilliseconds == -1)
        #expect(Duration.seconds(Int64.max).wholeMilliseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMilliseconds == .min)
    }
}

@Suite struct DurationTests {
    @Test func `a number from a form never overflows on its way to the validation`() {
        var policy = Policy()
        policy.autoClose = .days(.max)
        policy.ring = .minutes(.min)
        #expect(Set(policy.problems.map(\.setting)) == ["auto-close", "ringing"])
    }
}
