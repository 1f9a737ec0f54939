import CaseMachine
import CaseStore
import Gateway
import Simulation
import Testing

/// Commands about what stands in the log.
@Suite struct EngineChangeTests {
    @Test func `an own message is edited and deleted by its number`() throws {
        let ward = Ward()
        let id = ward.open()
        let number = try #require(ward.say("Helo", in: id)?.receipt?.heads.guest)
        #expect(ward.ask(.edit(id, number: number, text: "Hello"), by: Ward.guest)?.receipt != nil)
        #expect(ward.ask(.delete(id, number: number), by: Ward.guest)?.receipt != nil)
        #expect(ward.ask(.edit(id, number: number, text: "Hello?"), by: Ward.guest)?.rejection == .gone)
        #expect(try ward.texts(of: id) == [""])
    }

    @Test func `what follows a deletion in one go is decided on it`() throws {
        let ward = Ward()
        let id = ward.open()
        let number = try #require(ward.say("Hello", in: id)?.receipt?.heads.guest)
        let delete = ward.submit(.delete(id, number: number), by: Ward.guest)
        let edit = ward.submit(.edit(id, number: number, text: "Hello?"), by: Ward.guest)
        let again = ward.submit(.delete(id, number: number), by: Ward.guest)
        ward.settle()
        #expect(ward.replies[delete]?.receipt != nil)
        #expect(ward.replies[edit]?.rejection == .gone)
        #expect(ward.replies[again]?.rejection == .gone)
    }

    @Test func `somebody else's message is not changed`() throws {
        let ward = Ward()
        let id = ward.open()
        let number = try #require(ward.say("Hello", in: id)?.receipt?.heads.team)
        ward.ask(.act(id, .claim), by: Ward.annaOfTheTeam)
        #expect(ward.ask(.edit(id, number: number, text: "Bye"), by: Ward.annaOfTheTeam)?.rejection == .notYours)
    }

    @Test func `a guest cannot name what they may not see`() throws {
        let ward = Ward()
        let id = ward.open()
        ward.ask(.act(id, .note(Message(text: "private"))), by: Ward.annaOfTheTeam)
        #expect(ward.ask(.delete(id, number: 2), by: Ward.guest)?.rejection == .noSuchNumber)
        #expect(try ward.texts(of: id, for: .guest).isEmpty)
        #expect(try ward.texts(of: id) == ["private"])
    }
}
