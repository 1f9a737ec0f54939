import CaseMachine
import Testing

@Suite struct MissedResponseTests {
    @Test func `a new streak begins once all that was noticed is seen, although something newer is not`() throws {
        var story = try Story.answered()
        try story.member(.say("One"))
        let noticed = try #require(story.state?.guestHead)
        try story.waits(.minutes(4))
        try story.member(.say("Two"))
        try story.guest(.markSeen(upTo: noticed))
        #expect(try story.waits(.minutes(4)) == [.missedResponse(.guest)])
    }

    // covers: B2
    @Test func `four minutes after the first unseen message of the team the guest is noticed, once`() throws {
        var story = try Story.answered()
        try story.member(.say("One"))
        try story.waits(.minutes(3))
        try story.member(.say("Two"))
        #expect(try story.waits(.minutes(1) - .milliseconds(1)).isEmpty)
        #expect(try story.waits(.milliseconds(1)) == [.missedResponse(.guest)])
        let head = try #require(story.state?.guestHead)
        let missed = MissedResponse(side: .guest, unseen: head - 1...head, dueAt: story.now)
        #expect(story.facts.last == .missedResponseNoticed(missed))
        #expect(try story.waits(.hours(1)).isEmpty)
    }

    @Test func `there is never a second notice in the same streak`() throws {
        var story = try Story.answered()
        try story.member(.say("One"))
        let seen = try #require(story.state?.guestHead)
        try story.member(.say("Two"))
        try story.waits(.minutes(4))
        try story.member(.say("Three"))
        try story.guest(.markSeen(upTo: seen))
        #expect(try story.waits(.hours(1)).isEmpty, "not all was seen: the streak goes on")
        try story.guestSeesAll()
        try story.member(.say("Four"))
        #expect(try story.waits(.minutes(4)) == [.missedResponse(.guest)], "all was seen: a new streak")
    }

    @Test func `a notice is never sent for something that was seen`() throws {
        var story = try Story.answered()
        try story.member(.say())
        story.passes(.minutes(4))
        try story.guestSeesAll()
        #expect(try story.fireDeadlines().isEmpty)
        #expect(try story.waits(.hours(1)).isEmpty)
    }

    @Test func `delivered is not seen`() throws {
        var story = try Story.answered()
        try story.member(.say())
        try story.guest(.markDelivered(upTo: try #require(story.state?.guestHead)))
        #expect(try story.waits(.minutes(4)) == [.missedResponse(.guest)])
    }

    @Test func `what was partly seen counts from the first that was not`() throws {
        var story = try Story.answered()
        try story.member(.say("One"))
        let seen = try #require(story.state?.guestHead)
        story.passes(.minutes(3))
        try story.member(.say("Two"))
        let second = story.now
        try story.guest(.markSeen(upTo: seen))
        #expect(story.deadline(.missedResponse(.guest)) == second + .minutes(4))
    }

    private static let file = SharedFile(file: FileID(1), title: "Scan", byteCount: 9, mediaType: "image/png")

    @Test(arguments: [
        ("message", [Command.say()]),
        ("file", [.send(Message(text: "", files: [file]))]),
        ("close request", [.requestClose]),
        ("call that was given up", [.startCall(.voice), .endCall]),
    ])
    func `it begins with a message, a file, a close request or a missed call`(
        name: String, commands: [Command]
    ) throws {
        var story = try Story.answered()
        for command in commands { try story.member(command) }
        #expect(story.state?.guestSide.streakBegan == story.now)
    }

    @Test func `a call that rang out begins one when it was missed`() throws {
        var story = try Story.answered()
        try story.member(.startCall(.video))
        #expect(story.state?.guestSide.streakBegan == nil)
        try story.waits(.seconds(45))
        #expect(story.state?.guestSide.streakBegan == story.now)
        #expect(story.state?.teamSide.streakBegan == nil)
    }

    @Test func `nothing else of the team begins one`() throws {
        var story = try Story.answered()
        try story.member(.note("Only for us"))
        try story.member(.addParticipant(Cast.ben))
        try story.member(.startCall(.voice))
        try story.guest(.declineCall)
        try story.member(.transfer(.member(Cast.ben)))
        try story.colleague(.snooze(until: story.now + .hours(1)))
        try story.colleague(.wake)
        try story.colleague(.release)
        try story.supervisor(.closeWithoutConsent(reason: "Abuse"))
        #expect(story.state?.guestSide.streakBegan == nil)
    }

    @Test func `the team's streak begins with the guest's message`() throws {
        var story = try Story.answered()
        try story.guest(.say())
        #expect(story.state?.guestSide.streakBegan == nil, "one's own message is nothing to be seen")
        #expect(try story.waits(.minutes(4)) == [.missedResponse(.team)])
        try story.teamSeesAll()
        #expect(story.state?.teamSide.streakBegan == nil)
    }

    @Test func `the two sides' streaks are apart`() throws {
        var story = try Story.answered()
        try story.member(.say())
        try story.guest(.say())
        try story.teamSeesAll()
        #expect(story.deadline(.missedResponse(.guest)) != nil)
        #expect(story.deadline(.missedResponse(.team)) == nil)
    }

    @Test(arguments: [Command.release, .snooze(until: Story.start + .days(1)), .requestClose])
    func `it goes on in every open state`(command: Command) throws {
        var story = try Story.answered()
        try story.member(.say())
        try story.member(command)
        #expect(story.deadline(.missedResponse(.guest)) == story.now + .minutes(4))
    }

    @Test func `it goes on after the close`() throws {
        var story = try Story.answered()
        try story.member(.say("Your report is ready."))
        try story.supervisor(.closeWithoutConsent(reason: "Done"))
        #expect(try story.waits(.minutes(4)) == [.missedResponse(.guest)])
        try story.guestSeesAll()
    }

    @Test func `clients' threads have both`() throws {
        var story = try Story.thread()
        try story.client(.say())
        try story.member(.say())
        #expect(try story.waits(.minutes(4)) == [.missedResponse(.guest), .missedResponse(.team)])
    }

    @Test func `a team may do without`() throws {
        var policy = Policy()
        policy.noticesGuest = false
        policy.noticesTeam = false
        var story = try Story.answered(policy)
        try story.member(.say())
        try story.guest(.say())
        #expect(try story.waits(.hours(1)).isEmpty)
    }

    @Test func `after a stop it goes out at recovery if still unseen`() throws {
        var story = try Story.answered()
        try story.member(.say())
        story.passes(.hours(5))
        let dueAt = try #require(story.deadline(.missedResponse(.guest)))
        #expect(try story.fireDeadlines() == [.missedResponse(.guest)])
        let head = try #require(story.state?.guestHead)
        let missed = MissedResponse(side: .guest, unseen: head...head, dueAt: dueAt)
        #expect(story.facts.last == .missedResponseNoticed(missed), "so that its lateness can be told")
    }

    @Test func `what was deleted is not waited for`() throws {
        var story = try Story.answered()
        try story.member(.say())
        try story.member(.delete(try story.lastMessage()))
        #expect(story.deadline(.missedResponse(.guest)) == nil)
    }

    @Test func `a long streak is bounded, never late, and ends when all of it was seen`() throws {
        var story = try Story.answered()
        let began = story.now
        for _ in 0..<40 { try story.member(.say()) }
        #expect(story.state?.guestSide.unseen.count == Reading.longestStreak)
        #expect(story.deadline(.missedResponse(.guest)) == began + .minutes(4))
        let head = try #require(story.state?.guestHead)
        try story.guest(.markSeen(upTo: head - 1))
        #expect(story.deadline(.missedResponse(.guest)) != nil)
        try story.guest(.markSeen(upTo: head))
        #expect(story.deadline(.missedResponse(.guest)) == nil)
    }

    @Test func `deleting the last of a long streak leaves what shares its place unseen`() throws {
        var story = try Story.answered()
        for _ in 0..<Reading.longestStreak + 1 { try story.member(.say()) }
        let head = try #require(story.state?.guestHead)
        try story.guest(.markSeen(upTo: head - 2))
        try story.member(.delete(try story.lastMessage()))
        #expect(story.deadline(.missedResponse(.guest)) != nil, "the last but one was never seen")
    }

    @Test func `deleting all of a streak that is just full ends it`() throws {
        var story = try Story.answered()
        for _ in 0..<Reading.longestStreak {
            try story.member(.say())
        }
        for entry in story.entries.suffix(Reading.longestStreak) {
            let target = Command.Target(
                numbers: try #require(entry.numbers), author: entry.event.author, isChangeable: true)
            try story.member(.delete(target))
        }
        #expect(story.deadline(.missedResponse(.guest)) == nil)
    }

    @Test func `nobody sees what is not there yet`() throws {
        let story = try Story.answered()
        let head = try #require(story.state?.guestHead)
        for number in [head + 1, 0, -1, .min, .max] {
            #expect(story.refusal(of: .markSeen(upTo: number), by: Cast.guest) == .noSuchNumber)
            #expect(story.refusal(of: .markDelivered(upTo: number), by: Cast.guest) == .noSuchNumber)
        }
    }

    @Test func `seen implies delivered, and neither ever goes back`() throws {
        var story = try Story.answered()
        let head = try #require(story.state?.guestHead)
        #expect(story.state?.guestSide.deliveredUpTo == head)
        #expect(try story.guest(.markSeen(upTo: 1)).isEmpty)
        #expect(try story.guest(.markDelivered(upTo: 1)).isEmpty)
        #expect(story.state?.guestSide.seenUpTo == head)
    }

    @Test(arguments: [
        (Command.release, Cast.member), (.transfer(.member(Cast.ben)), Cast.member),
        (.transfer(.team(Cast.otherTeam)), Cast.member), (.declineClose, Cast.guest),
        (.closeWithoutConsent(reason: "Done"), Cast.supervisor),
    ])
    func `a close request that nobody can answer any more is not missed`(command: Command, actor: Actor) throws {
        var story = try Story.closing()
        #expect(story.deadline(.missedResponse(.guest)) != nil)
        try story.perform(command, by: actor)
        #expect(story.deadline(.missedResponse(.guest)) == nil)
    }

    @Test func `a close request of a member who was lost is not missed, what they wrote before is`() throws {
        var story = try Story.answered()
        try story.member(.say("Anything else?"))
        try story.member(.requestClose)
        try story.system(.assigneeAbsent)
        try story.waits(.minutes(3))
        #expect(story.phase == .waiting)
        #expect(story.state?.guestSide.unseen.count == 1)
    }

    @Test func `a colleague's glance at a claimed case does not end the team's streak`() throws {
        var story = try Story.answered()
        try story.guest(.say())
        let all = Command.markSeen(upTo: try #require(story.state?.teamHead))
        #expect(try story.colleague(all).isEmpty)
        #expect(try story.supervisor(all).isEmpty)
        #expect(story.deadline(.missedResponse(.team)) != nil)
        try story.member(.addParticipant(Cast.ben))
        try story.colleague(all)
        #expect(story.deadline(.missedResponse(.team)) == nil)
    }

    @Test func `in the queue whoever of the team looks has seen it`() throws {
        var story = try Story.waiting()
        try story.guest(.say())
        try story.colleague(.markSeen(upTo: try #require(story.state?.teamHead)))
        #expect(story.deadline(.missedResponse(.team)) == nil)
    }

    @Test func `notices that are switched on do not make what is old due at once`() throws {
        var policy = Policy()
        policy.noticesGuest = false
        var story = try Story.answered(policy)
        try story.member(.say())
        try story.waits(.hours(5))
        story.policy.noticesGuest = true
        try story.system(.policyChanged)
        #expect(story.deadline(.missedResponse(.guest)) == story.now + .minutes(4))
        story.policy.autoClose = .days(5)
        try story.waits(.minutes(3))
        try story.system(.policyChanged)
        #expect(try story.waits(.minutes(1)) == [.missedResponse(.guest)], "another change delays nothing")
    }
}
