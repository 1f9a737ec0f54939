import CaseMachine
import Testing

@Suite struct AutomaticMessageTests {
    private static let reports = CategoryID(1)
    private static let billing = CategoryID(2)
    private static let monday9To17 = OpeningHours([OpeningHours.Span(from: 540, until: 1020)])

    private static var policy: Policy {
        var policy = Policy()
        policy.hours = monday9To17
        policy.welcomes = [
            Welcome(text: "We read this soon."),
            Welcome(when: .closed, text: "We are closed."),
            Welcome(category: reports, text: "Reports take a day."),
            Welcome(category: reports, when: .open, text: "Reports: about {wait} minutes, yes, {wait}."),
        ]
        return policy
    }

    @Test(arguments: [
        (CategoryID?.some(reports), 600, "Reports: about 12 minutes, yes, 12."),
        (reports, 1020, "Reports take a day."),
        (billing, 600, "We read this soon."),
        (billing, 1020, "We are closed."),
        (nil, 539, "We are closed."),
        (nil, 540, "We read this soon."),
    ])
    func `the most particular automatic message by category and hours is sent`(
        category: CategoryID?, minute: Int, text: String
    ) throws {
        var story = Story(policy: Self.policy)
        story.minuteOfWeek = minute
        story.estimatedWaitMinutes = 12
        let facts = try story.guest(.open(.support(category: category)))
        #expect(facts.last == .automaticMessageSent(.welcome(text)))
        #expect(story.events.last?.author == .system)
    }

    @Test(arguments: [
        ("Welcome. You wait {wait} minutes. Have your card ready.", "Welcome. Have your card ready."),
        ("Welcome! It takes approx. {wait} min. or so.", "Welcome!"),
        ("Nothing of it.", "Nothing of it."),
    ])
    func `a sentence with a wait that nobody can tell is left out`(text: String, sent: String) throws {
        var policy = Policy()
        policy.welcomes = [Welcome(text: text)]
        var story = Story(policy: policy)
        let facts = try story.guest(.open(.support()))
        #expect(facts.last == .automaticMessageSent(.welcome(sent)))
    }

    @Test func `a message of nothing but such a wait gives way to the next, or to none`() throws {
        var story = Story(policy: Self.policy)
        story.minuteOfWeek = 600
        let facts = try story.guest(.open(.support(category: Self.reports)))
        #expect(facts.last == .automaticMessageSent(.welcome("Reports take a day.")))
        var policy = Policy()
        policy.welcomes = [Welcome(text: "About {wait} minutes.")]
        var other = Story(policy: policy)
        #expect(try other.guest(.open(.support())).count == 1)
    }

    @Test func `it is sent when the intake is complete, and once`() throws {
        var story = Story(policy: Self.policy)
        let opening = try story.guest(.open(.support(missing: [FieldID(1)])))
        #expect(opening.count == 1)
        let facts = try story.guest(.submitIdentifiers([FieldValue(field: FieldID(1), value: "4711")]))
        #expect(facts.suffix(2) == [.intakeCompleted, .automaticMessageSent(.welcome("We are closed."))])
        try story.member(.claim)
        #expect(try story.member(.release) == [.released])
    }

    @Test func `without any none is sent, and rooms and threads have none`() throws {
        #expect(try Story.waiting().facts.count == 1)
        #expect(try Story.room(Self.policy).facts.count == 1)
        #expect(try Story.thread(Self.policy).facts.count == 1)
    }

    @Test func `it neither answers the guest nor begins a streak`() throws {
        let story = try Story.waiting(Self.policy)
        let state = try #require(story.state)
        #expect(state.guestSide.streakBegan == nil)
        #expect(!state.wasAnswered)
        #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
    }
}
