import CaseMachine
import Testing

@Suite struct HandlingTests {
    @Test func `a member claims a waiting case and has it`() throws {
        let story = try Story.active()
        #expect(story.phase == .active(Assignment(member: Cast.anna)))
    }

    // covers: B3
    @Test func `one inquiry is never taken by two agents, and the loser is told by whom`() throws {
        var story = try Story.waiting()
        try story.member(.claim)
        let before = story.state
        #expect(story.refusal(of: .claim, by: Cast.colleague) == .alreadyClaimed(by: Cast.anna))
        #expect(story.refusal(of: .claim, by: Cast.supervisor) == .alreadyClaimed(by: Cast.anna))
        #expect(story.refusal(of: .claim, by: Cast.member) == .alreadyClaimed(by: Cast.anna))
        #expect(story.state == before)
    }

    @Test func `a colleague is told to claim first, or who has claimed`() throws {
        var story = try Story.waiting()
        #expect(story.refusal(of: .say(), by: Cast.colleague) == .claimFirst)
        #expect(story.refusal(of: .requestClose, by: Cast.colleague) == .claimFirst)
        try story.member(.claim)
        #expect(story.refusal(of: .say(), by: Cast.colleague) == .alreadyClaimed(by: Cast.anna))
        #expect(story.refusal(of: .startCall(.voice), by: Cast.supervisor) == .alreadyClaimed(by: Cast.anna))
    }

    @Test func `a released case is back in the queue, and is waited for anew if the guest spoke last`() throws {
        var story = try Story.answered()
        try story.guest(.say("And the other one?"))
        story.passes(.hours(3))
        try story.member(.release)
        #expect(story.phase == .waiting)
        #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
        try story.colleague(.claim)
        #expect(story.state?.assignee == Cast.ben)
    }

    @Test func `an answered case that comes back to the queue alerts nobody until the guest writes again`() throws {
        var released = try Story.answered()
        try released.member(.release)
        var lost = try Story.answered()
        try lost.system(.assigneeAbsent)
        try lost.waits(.minutes(3))
        var closing = try Story.active()
        try closing.member(.requestClose)
        try closing.member(.release)
        for var story in [released, lost, closing] {
            #expect(story.phase == .waiting)
            #expect(story.deadline(.firstResponseAlert(level: 1)) == nil)
            try story.guest(.say("Hello?"))
            #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
        }
    }

    @Test func `what was handed to another team waits for that team, whoever spoke last`() throws {
        var story = try Story.answered()
        try story.member(.transfer(.team(Cast.otherTeam)))
        #expect(story.deadline(.firstResponseAlert(level: 1)) == story.now + .minutes(5))
    }

    @Test func `a timer never goes on after a case returned to the queue`() throws {
        var story = try Story.closing()
        try story.system(.assigneeAbsent)
        try story.member(.startCall(.voice))
        try story.supervisor(.release)
        let kinds = Set(story.deadlines.map(\.kind))
        #expect(kinds == [.closingWarning, .missedResponse(.guest)], "a call was missed")
        #expect(story.state?.call == nil)
    }

    // covers: B3
    @Test func `an assignee who vanishes gives the case back, after the grace and not before`() throws {
        var story = try Story.answered()
        try story.system(.assigneeAbsent)
        #expect(try story.waits(.minutes(3) - .milliseconds(1)).isEmpty)
        #expect(try story.waits(.milliseconds(1)) == [.assigneeLost])
        #expect(story.facts.last == .assigneeLost(Cast.anna))
        #expect(story.phase == .waiting)
    }

    @Test func `an assignee who comes back within the grace keeps the case`() throws {
        var story = try Story.answered()
        try story.system(.assigneeAbsent)
        try story.waits(.minutes(2))
        #expect(try story.system(.assigneeAbsent).isEmpty, "the grace counts from the first moment")
        try story.system(.assigneePresent)
        #expect(try story.waits(.hours(1)).isEmpty)
        #expect(story.state?.assignee == Cast.anna)
        #expect(try story.system(.assigneePresent).isEmpty)
    }

    @Test func `a transfer gives the case to one member, with a new beginning`() throws {
        var story = try Story.answered()
        try story.system(.assigneeAbsent)
        try story.member(.transfer(.member(Cast.ben)))
        #expect(story.phase == .active(Assignment(member: Cast.ben)))
        #expect(story.refusal(of: .say(), by: Cast.member) == .alreadyClaimed(by: Cast.ben))
        #expect(story.refusal(of: .transfer(.member(Cast.ben)), by: Cast.colleague) == .alreadyThere)
    }

    @Test func `a participant transfers the work to themself`() throws {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.ben))
        try story.colleague(.transfer(.member(Cast.ben)))
        #expect(story.state?.assignee == Cast.ben)
        #expect(story.state?.participants == [])
    }

    @Test func `a transfer to a team puts the case into that team's queue`() throws {
        var story = try Story.answered()
        #expect(story.refusal(of: .transfer(.team(Cast.team)), by: Cast.member) == .alreadyThere)
        try story.member(.transfer(.team(Cast.otherTeam)))
        #expect(story.phase == .waiting)
        #expect(story.state?.team == Cast.otherTeam)
        #expect(story.refusal(of: .claim, by: Cast.member) == .notAllowed)
        try story.otherTeamMember(.claim)
        #expect(story.state?.assignee == Cast.olga)
    }

    @Test func `a supervisor hands out what waits, and takes back what is stuck`() throws {
        var story = try Story.waiting()
        #expect(story.refusal(of: .transfer(.member(Cast.ben)), by: Cast.colleague) == .claimFirst)
        try story.supervisor(.transfer(.member(Cast.ben)))
        #expect(story.state?.assignee == Cast.ben)
        try story.supervisor(.release)
        #expect(story.phase == .waiting)
    }

    @Test func `a transfer ends at close`() throws {
        var story = try Story.answered()
        try story.member(.transfer(.member(Cast.ben)))
        try story.guest(.closeChat)
        #expect(story.state?.assignee == nil)
        try story.guest(.say("One more thing"))
        #expect(story.phase == .waiting)
    }
}

@Suite struct ParticipantsTests {
    @Test func `participants talk to the guest without taking the case`() throws {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.olga))
        try story.otherTeamMember(.say("I am the nurse."))
        try story.otherTeamMember(.note("Looks fine."))
        #expect(story.state?.assignee == Cast.anna)
        #expect(story.refusal(of: .requestClose, by: Cast.otherTeamMember) == .notAllowed)
    }

    @Test func `when done, the member removes all participants and leaves`() throws {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.ben))
        try story.member(.addParticipant(Cast.olga))
        try story.member(.removeParticipant(Cast.ben))
        try story.otherTeamMember(.leave)
        #expect(story.state?.participants == [])
        #expect(story.refusal(of: .say(), by: Cast.otherTeamMember) == .notAllowed)
        #expect(story.refusal(of: .leave, by: Cast.otherTeamMember) == .notAllowed)
        try story.member(.release)
        #expect(story.phase == .waiting)
    }

    @Test func `nobody is there twice, and nobody is removed who is not there`() throws {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.ben))
        #expect(story.refusal(of: .addParticipant(Cast.ben), by: Cast.member) == .alreadyThere)
        #expect(story.refusal(of: .addParticipant(Cast.anna), by: Cast.member) == .alreadyThere)
        #expect(story.refusal(of: .removeParticipant(Cast.olga), by: Cast.member) == .notThere)
        #expect(story.refusal(of: .addParticipant(Cast.olga), by: Cast.colleague) == .alreadyClaimed(by: Cast.anna))
    }

    @Test func `there are only so many`() throws {
        var story = try Story.answered()
        for number in 0..<Int64(Limits.participants) {
            try story.member(.addParticipant(MemberID(100 + number)))
        }
        let refusal = story.refusal(of: .addParticipant(Cast.ben), by: Cast.member)
        #expect(refusal == .tooMany(limit: Limits.participants))
    }

    @Test(arguments: [Command.release, .transfer(.team(Cast.otherTeam))])
    func `a case that goes back to a queue has no participants`(command: Command) throws {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.ben))
        try story.member(command)
        #expect(story.state?.participants == [])
    }

    @Test func `who leaves, or is removed, does not go on talking to the guest`() throws {
        var story = try Story.answered()
        try story.member(.addParticipant(Cast.ben))
        try story.colleague(.startCall(.voice))
        try story.guest(.answerCall)
        #expect(try story.colleague(.leave) == [.callEnded(.caseMovedOn), .participantLeft])
        try story.member(.addParticipant(Cast.ben))
        try story.colleague(.startCall(.voice))
        #expect(try story.member(.removeParticipant(Cast.ben)).first == .callEnded(.missed))
        try story.member(.addParticipant(Cast.ben))
        try story.member(.startCall(.voice))
        #expect(try story.colleague(.leave) == [.participantLeft], "somebody else's call goes on")
    }
}

@Suite struct WaitingTests {
    @Test func `claiming and releasing in turns does not keep the alerts asleep`() throws {
        var story = try Story.waiting()
        for _ in 0..<2 {
            try story.member(.claim)
            try story.waits(.minutes(2))
            try story.member(.release)
        }
        #expect(try story.waits(.minutes(1)).contains(.firstResponseAlert(level: 1)))
    }
}
