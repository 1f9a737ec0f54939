import CaseMachine
import Testing

@Suite struct RoomTests {
    @Test func `a room in the queue in which nobody ever spoke alerts nobody, and ends as inactive`() throws {
        var story = try Story.room()
        try story.member(.release)
        #expect(try story.waits(.days(7)) == [.closingWarning, .autoClose])
        #expect(story.facts.last == .closed(.inactive))
    }

    @Test func `who invites has the case from the start`() throws {
        let story = try Story.room()
        #expect(story.phase == .active(Assignment(member: Cast.anna)))
    }

    @Test(arguments: InvitationChannel.allCases)
    func `get link stays disabled until an invitation was sent`(channel: InvitationChannel) throws {
        var story = try Story.room()
        #expect(story.refusal(of: .shareLink, by: Cast.member) == .inviteFirst)
        try story.member(.invite(channel))
        #expect(try story.member(.shareLink) == [.linkShared])
        #expect(story.guestFacts == [.opened(.room)], "how somebody was invited is the team's business")
    }

    @Test func `a support case is no room`() throws {
        let story = try Story.active()
        for command in [Command.invite(.sms), .shareLink] {
            #expect(story.refusal(of: command, by: Cast.member) == .notARoom)
        }
    }

    @Test func `somebody is invited only so many times`() throws {
        var story = try Story.room()
        for _ in 0..<Limits.invitations { try story.member(.invite(.sms)) }
        #expect(story.refusal(of: .invite(.email), by: Cast.member) == .tooMany(limit: Limits.invitations))
        try story.member(.shareLink)
    }

    @Test func `a room ends like a support case`() throws {
        var story = try Story.room()
        try story.member(.requestClose)
        try story.guest(.closeChat)
        #expect(story.facts.last == .closed(.agreed))
        try story.guest(.say())
        #expect(story.phase == .waiting)
    }
}
