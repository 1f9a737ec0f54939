import CaseMachine
import Testing

@Suite struct TalkingTests {
    private static let file = SharedFile(file: FileID(1), title: "Scan", byteCount: 9, mediaType: "image/png")

    @Test func `a message needs text or a file, and both are bounded`() throws {
        let story = try Story.answered()
        func refusal(_ message: Message) -> Rejection? { story.refusal(of: .send(message), by: Cast.guest) }
        let longest = String(repeating: "x", count: Limits.textBytes)
        let files = Array(repeating: Self.file, count: Limits.filesPerMessage)
        #expect(refusal(Message(text: "")) == .empty)
        #expect(refusal(Message(text: " \n\t")) == .empty)
        #expect(refusal(Message(text: "", files: files)) == nil)
        #expect(refusal(Message(text: longest)) == nil)
        #expect(refusal(Message(text: longest + "x")) == .tooLong(limitBytes: Limits.textBytes))
        #expect(refusal(Message(text: "", files: files + [Self.file])) == .tooMany(limit: Limits.filesPerMessage))
        let title = String(repeating: "x", count: Limits.lineBytes + 1)
        let titled = SharedFile(file: FileID(1), title: title, byteCount: 9, mediaType: "image/png")
        #expect(refusal(Message(text: "", files: [titled])) == .tooLong(limitBytes: Limits.lineBytes))
    }

    @Test func `a message is edited and deleted by its author alone, whatever their rank`() throws {
        var story = try Story.answered()
        let members = try story.lastMessage()
        for actor in [Cast.guest, Cast.colleague, Cast.supervisor] {
            #expect(story.refusal(of: .edit(members, text: "No"), by: actor) == .notYours)
            #expect(story.refusal(of: .delete(members), by: actor) == .notYours)
        }
        #expect(try story.member(.edit(members, text: "Yes")) == [.messageEdited(members.numbers, text: "Yes")])
        try story.guest(.say("Oops"))
        let guests = try story.lastMessage()
        #expect(story.refusal(of: .delete(guests), by: Cast.member) == .notYours)
        #expect(try story.guest(.delete(guests)) == [.messageDeleted(guests.numbers)])
    }

    @Test func `a deleted message is a tombstone that stays`() throws {
        var story = try Story.answered()
        try story.guest(.say("Oops"))
        let head = try #require(story.state?.guestHead)
        try story.guest(.delete(try story.lastMessage()))
        #expect(story.state?.guestHead == head + 1)
        #expect(story.guestFacts.contains(.messageSent(Message(text: "Oops"))))
        let gone = try story.lastMessage(isChangeable: false)
        #expect(story.refusal(of: .delete(gone), by: Cast.guest) == .gone)
        #expect(story.refusal(of: .edit(gone, text: "Back"), by: Cast.guest) == .gone)
    }

    @Test func `an edit is checked like a message`() throws {
        let story = try Story.answered()
        let target = try story.lastMessage()
        let long = String(repeating: "x", count: Limits.textBytes + 1)
        #expect(story.refusal(of: .edit(target, text: " "), by: Cast.member) == .empty)
        #expect(story.refusal(of: .edit(target, text: long), by: Cast.member) == .tooLong(limitBytes: 16_384))
        for number in [0, -1, .max, .min] as [Int64] {
            let unknown = Command.Target(
                numbers: Numbers(forTeam: number, forGuest: 1), author: Cast.member.author, isChangeable: true)
            #expect(story.refusal(of: .edit(unknown, text: "Hello"), by: Cast.member) == .noSuchNumber)
        }
    }

    @Test func `after the close one's own message can still be deleted, not edited`() throws {
        var story = try Story.answered()
        try story.guest(.say("Oops"))
        let target = try story.lastMessage()
        try story.guest(.closeChat)
        #expect(story.refusal(of: .edit(target, text: "Oh"), by: Cast.guest) == .closed)
        try story.guest(.delete(target))
    }
}

@Suite struct PrivateNotesTests {
    @Test func `a private note has no number for the guest, and no hole betrays it`() throws {
        var story = try Story.answered()
        let head = try #require(story.state?.guestHead)
        try story.member(.note("Difficult."))
        try story.colleague(.note("Very."))
        #expect(story.state?.guestHead == head)
        try story.member(.say("We look into it."))
        let last = try #require(story.entries.last?.numbers)
        #expect(last.forGuest == head + 1)
        #expect(last.forTeam == story.state?.teamHead)
    }

    @Test func `nor has what happens to it`() throws {
        var story = try Story.answered()
        try story.member(.note("Difficult."))
        let head = story.state?.guestHead
        let note = try story.lastMessage()
        try story.member(.edit(note, text: "Demanding."))
        try story.member(.delete(note))
        #expect(story.state?.guestHead == head)
        #expect(story.entries.suffix(3).allSatisfy { $0.numbers != nil && $0.numbers?.forGuest == nil })
    }

    @Test(arguments: [PhaseName.waiting, .active, .snoozed, .closing, .thread])
    func `any member of the team writes one in an open case, and no outsider does`(phase: PhaseName) throws {
        let story = try Story.inPhase(phase)
        #expect(story.refusal(of: .note("Careful"), by: Cast.colleague) == nil)
        for actor in Cast.strangers + [Cast.guest, Cast.client, .system] {
            #expect(story.refusal(of: .note("Careful"), by: actor) == .notAllowed)
        }
    }

    @Test func `each audience counts one, two, three`() throws {
        var story = try Story.active()
        try story.member(.note("A"))
        try story.member(.say("B"))
        try story.guestSeesAll()
        try story.guest(.say("C"))
        try story.member(.snooze(until: story.now + .hours(1)))
        try story.waits(.hours(2))
        try story.guest(.closeChat)
        let numbers = story.entries.compactMap(\.numbers)
        #expect(numbers.map(\.forTeam) == Array(1...Int64(numbers.count)))
        let forGuest = numbers.compactMap(\.forGuest)
        #expect(forGuest == Array(1...Int64(forGuest.count)))
        #expect(forGuest.count < numbers.count)
    }
}

@Suite struct RetentionTests {
    @Test func `a closed case can be read until retention removes it`() throws {
        var story = try Story.closed()
        #expect(try story.waits(.days(365) - .milliseconds(1)).isEmpty)
        #expect(story.refusal(of: .markSeen(upTo: 1), by: Cast.guest) == nil)
        #expect(try story.waits(.milliseconds(1)) == [.retention])
        #expect(story.phaseName == .erased)
        #expect(story.deadlines.isEmpty)
    }

    @Test func `what was removed takes nothing more`() throws {
        let story = try Story.inPhase(.erased)
        #expect(story.refusal(of: .say(), by: Cast.guest) == .erased)
        #expect(story.refusal(of: .reopen, by: Cast.member) == .erased)
        #expect(story.refusal(of: .claim, by: Cast.member) == .erased)
        #expect(story.refusal(of: .deadlineReached, by: .system) == nil)
    }

    @Test func `an open case is never removed, and a reopened one no more`() throws {
        for phase in [PhaseName.intake, .waiting, .active, .snoozed, .closing, .thread] {
            #expect(try Story.inPhase(phase).deadline(.retention) == nil)
        }
        var story = try Story.closed()
        try story.guest(.reopen)
        #expect(story.deadline(.retention) == nil)
    }
}
