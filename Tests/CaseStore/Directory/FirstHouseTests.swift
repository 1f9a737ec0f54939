import CaseMachine
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CaseStore

@Suite struct FirstHouseTests {
    private let start = DirectoryHouse.start

    private static var draft: FirstHouse {
        var house = FirstHouse()
        house.organisation = "Quayside Surgery"
        house.countryPrefix = "+44"
        house.emergencyNumber = "999"
        house.team = "Front desk"
        house.timeZone = "Europe/London"
        house.name = "Robin Marsh"
        house.email = "robin@quayside.example"
        house.password = "harbour lantern velvet"
        return house
    }

    private func emptyHouse(_ kind: DatabaseKind) throws -> (VaultHouse, any SQLDatabase, Directory) {
        let house = try VaultHouse(kind)
        let (database, directory) = try DirectoryHouse.open(
            house, try house.open(), DirectoryHouse.settings(seed: 7))
        return (house, database, directory)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `an empty house gets an organisation, a team and an administrator who can sign in`(
        _ kind: DatabaseKind
    ) throws {
        let (house, database, directory) = try emptyHouse(kind)
        defer { withExtendedLifetime(house) {} }
        #expect(directory.isEmpty)
        let robin = try directory.found(Self.draft, at: start, by: "set-up page")
        #expect(!directory.isEmpty && robin.isAdministrator)
        let team = try #require(directory.roster.teams(of: robin.organisation).first)
        #expect(robin.teams == [team.id: .supervisor] && team.settings.timeZone == "Europe/London")
        let organisation = try #require(directory.roster[robin.organisation])
        #expect(organisation.name == "Quayside Surgery" && organisation.settings.emergency.contains("999"))
        let signIn = try directory.logIn(
            email: "robin@quayside.example", password: Self.draft.password, from: DirectoryHouse.client, at: start)
        #expect(signIn.member == robin)
        let actions = try database.rows(
            "SELECT action FROM auditRow WHERE actor = 'set-up page' ORDER BY number", []
        ).compactMap { $0.text(0) }
        #expect(actions == ["organisation.created", "team.created", "member.created", "member.added"])
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a house that has an organisation is left as it is`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let before = house.directory.roster.organisations
        #expect(throws: DirectoryError.alreadyFounded) { try house.directory.found(Self.draft, at: start) }
        #expect(house.directory.roster.organisations == before)
    }

    @Test func `of many who do it at once, also on two nodes, one does`() throws {
        let (house, _, first) = try emptyHouse(.postgres)
        let (_, second) = try DirectoryHouse.open(house, try house.open(), DirectoryHouse.settings(seed: 8))
        let outcomes = Mutex<[DirectoryError?]>([])
        DispatchQueue.concurrentPerform(iterations: 6) { index in
            var draft = Self.draft
            draft.email = "robin\(index)@quayside.example"
            do throws(DirectoryError) {
                _ = try (index.isMultiple(of: 2) ? first : second).found(draft, at: start)
                outcomes.withLock { $0.append(nil) }
            } catch {
                outcomes.withLock { $0.append(error) }
            }
        }
        let all = outcomes.withLock { $0 }
        #expect(all.count { $0 == nil } == 1)
        #expect(all.compactMap { $0 } == Array(repeating: .alreadyFounded, count: 5))
        _ = try first.refresh()
        _ = try second.refresh()
        #expect(first.roster.organisations.count == 1 && first.roster.organisations == second.roster.organisations)
    }

    @Test(arguments: [
        ("organisation", ""), ("organisation", "a\nb"), ("countryPrefix", "44"), ("emergencyNumber", "9\t9"),
        ("team", ""), ("timeZone", "Mars/Olympus"), ("name", "\u{1}"), ("email", "robin"), ("password", "robin"),
    ])
    func `what is wrong is said at its field, and nothing is made`(_ field: String, _ value: String) throws {
        let (house, database, directory) = try emptyHouse(.sqlite)
        defer { withExtendedLifetime(house) {} }
        var draft = Self.draft
        switch field {
        case "organisation": draft.organisation = value
        case "countryPrefix": draft.countryPrefix = value
        case "emergencyNumber": draft.emergencyNumber = value
        case "team": draft.team = value
        case "timeZone": draft.timeZone = value
        case "name": draft.name = value
        case "email": draft.email = value
        default: draft.password = value
        }
        let error = #expect(throws: DirectoryError.self) { try directory.found(draft, at: start) }
        #expect(error?.field == field && error?.message.hasSuffix(".") == true)
        #expect(directory.isEmpty)
        #expect(try database.count("organisation") == 0)
    }
}
