import CaseMachine
import Testing

@testable import CaseStore

private let start = DirectoryHouse.start

/// Changes by an administrator, on both databases: one revision, what is refused, what is recorded, what is kept.
@Suite struct SettingsTests {
    @Test(arguments: DatabaseKind.allCases)
    func `an organisation is changed from the revision that it has`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        func rename(_ name: String, from revision: Int) throws(DirectoryError) -> Organisation {
            try directory.change(house.clinic.id, from: revision, at: start, by: house.anna.id) { $0.name = name }
        }
        try house.makeAdministrator()
        let first = try rename("First", from: 1)
        #expect(first.name == "First" && first.settings.revision == 2)
        #expect(directoryError { _ = try rename("Second", from: 1) }?.code == .changedMeanwhile)
        #expect(directory.roster[house.clinic.id]?.name == "First")
        #expect(directoryError { _ = try rename("", from: 2) }?.field == "name")
        #expect(directoryError { _ = try rename("Third", from: 2) } == nil)
        let stored = try directory.read { db in try directory.readRoster(db) }
        #expect(stored[house.clinic.id]?.settings.revision == 3)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a team's parts are changed, each by itself, and cases keep what they have`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        let desk = house.desk
        var wish = TeamWish()
        let kept = try #require(desk.categories.last)
        wish.categories = [
            .init(id: nil, name: "Referral", isArchived: false),
            .init(id: kept.publicID, name: "Reports", isArchived: false),
        ]
        wish.fields = [
            .init(
                id: nil, label: "Policy", isMandatory: true, prefill: nil,
                rule: FieldRule(kind: .pattern, example: "AB-12"), isArchived: false)
        ]
        let changed = try directory.change(desk.id, from: 1, to: wish, at: start, by: house.anna.id)
        #expect(changed.openCategories.map(\.name) == ["Referral", "Reports"])
        #expect(changed.openCategories.last?.id == kept.id)
        #expect(Set(changed.categories.map(\.id)).isSuperset(of: desk.categories.map(\.id)))
        #expect(changed.openFields.map(\.label) == ["Policy"])
        #expect(changed.policy.identifiers?.map(\.rule.example) == ["AB-12"])
        #expect(changed.policy.autoClose == desk.policy.autoClose && changed.settings.revision == 2)

        var second = TeamWish()
        let name = changed.openCategories[0].publicID
        second.welcomes = [.init(category: name, when: .closed, text: "We are away.")]
        second.durations = ["autoClose": .days(3), "threadRetention": nil as Duration?]
        second.switches = ["allowsCalls": false]
        let rules = try directory.change(desk.id, from: 2, to: second, at: start, by: house.anna.id)
        #expect(rules.policy.welcomes.first?.category == changed.openCategories[0].id)
        #expect(rules.policy.autoClose == .days(3) && !rules.policy.allowsCalls)
        #expect(rules.policy.revision > changed.policy.revision)
        // A new name alone measures no case anew.
        var third = TeamWish()
        third.about = .init(
            name: "Front desk", contactMode: .phone, timeZone: "Europe/Paris", contactNumber: nil, email: nil,
            expectedWaitMinutes: 3, isChatOn: true)
        let named = try directory.change(desk.id, from: 3, to: third, at: start, by: house.anna.id)
        #expect(named.name == "Front desk" && named.policy.revision == rules.policy.revision)
        let stored = try directory.read { db in try directory.readRoster(db) }
        #expect(stored[desk.id] == named)
    }

    @Test func `what a team cannot be is refused at its field, and changes nothing`() throws {
        let house = try DirectoryHouse(.sqlite)
        let desk = house.desk
        let name = PublicID(12_345)
        let about = TeamWish.About(
            name: "Desk", contactMode: .either, timeZone: "Europe/Atlantis", contactNumber: nil, email: nil,
            expectedWaitMinutes: nil, isChatOn: true)
        let rows: [(String, (inout TeamWish) -> Void)] = [
            ("about.timeZone", { $0.about = about }),
            ("categories[0].id", { $0.categories = [.init(id: name, name: "A", isArchived: false)] }),
            (
                "categories[1].name",
                { $0.categories = ["A", "A"].map { .init(id: nil, name: $0, isArchived: false) } }
            ),
            ("categories[0].name", { $0.categories = [.init(id: nil, name: "", isArchived: false)] }),
            ("categories", { $0.categories = (0...100).map { .init(id: nil, name: "\($0)", isArchived: false) } }),
            ("welcomes[0].category", { $0.welcomes = [.init(category: name, when: .always, text: "x")] }),
            ("welcomes[1]", { $0.welcomes = ["a", "b"].map { .init(category: nil, when: .open, text: $0) } }),
            (
                "welcomes[0].text",
                { $0.welcomes = [.init(category: nil, when: .open, text: String(repeating: "x", count: 4001))] }
            ),
            ("policy.durations.autoClose", { $0.durations = ["autoClose": .seconds(1)] }),
            ("policy.durations.autoClose", { $0.durations = ["autoClose": nil as Duration?] }),
            ("policy.durations.closingWarning", { $0.durations = ["closingWarning": .days(8)] }),
            ("policy.switches.nonsense", { $0.switches = ["nonsense": true] }),
            ("hours.week", { $0.hours = OpeningHours([.init(from: 60, until: 60)]) }),
            (
                "hours.holidays",
                { $0.hours = OpeningHours(holidays: [.init(day: CalendarDay(number: -1))]) }
            ),
        ]
        for (field, change) in rows {
            var wish = TeamWish()
            change(&wish)
            let error = directoryError {
                _ = try house.directory.change(desk.id, from: 1, to: wish, at: start, by: house.anna.id)
            }
            #expect(error?.code == .badSettings && error?.field == field, "\(field): \(String(describing: error))")
        }
        #expect(house.directory.roster[desk.id] == desk)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a member who is deactivated is out, and cannot come in`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        try house.makeAdministrator()
        let ben = try directory.createMember(
            name: "Ben", email: "ben@clinic.example", password: "long enough", in: house.clinic.id, at: start)
        let signIn = try directory.logIn(
            email: "ben@clinic.example", password: "long enough", from: DirectoryHouse.client, at: start)
        var wish = MemberWish(name: "Ben", role: "member", isActive: false, teams: [house.desk.id: .member])
        let (changed, ended) = try directory.change(ben.id, from: 1, to: wish, at: start, by: house.anna.id)
        #expect(!changed.isActive && ended == [signIn.session.id] && changed.actor.teams.isEmpty)
        #expect(!changed.may(.sendChats) && !changed.actor.maySend)
        #expect(directoryError { _ = try directory.session(signIn.session.id, at: start) }?.code == .signIn)
        let late = start + .minutes(1)
        #expect(
            directoryError {
                _ = try directory.logIn(
                    email: "ben@clinic.example", password: "long enough", from: DirectoryHouse.client, at: late)
            }?.code == .wrongLogin)
        #expect(directory.roster.members(of: house.desk.id).map(\.id) == [house.anna.id])
        wish.isActive = true
        _ = try directory.change(ben.id, from: 2, to: wish, at: late, by: house.anna.id)
        _ = try directory.logIn(
            email: "ben@clinic.example", password: "long enough", from: DirectoryHouse.client, at: late)
    }

    @Test func `somebody stays who can change the settings, and nobody has a role that is gone`() throws {
        let house = try DirectoryHouse(.sqlite)
        let directory = house.directory
        try house.makeAdministrator()
        let anna = try #require(directory.roster[house.anna.id])
        func code(_ wish: MemberWish) -> DirectoryError.Code? {
            directoryError {
                _ = try directory.change(anna.id, from: anna.revision, to: wish, at: start, by: anna.id)
            }?.code
        }
        #expect(code(MemberWish(name: "Anna", role: "member", isActive: true, teams: [:])) == .lastAdministrator)
        #expect(
            code(MemberWish(name: "Anna", role: "administrator", isActive: false, teams: [:])) == .lastAdministrator)
        #expect(code(MemberWish(name: "Anna", role: "nonsense", isActive: true, teams: [:])) == .badSettings)
        let elsewhere: [TeamID: Member.Rank] = [house.otherDesk.id: .member]
        #expect(code(MemberWish(name: "Anna", role: "administrator", isActive: true, teams: elsewhere)) == .badSettings)
        let own = MemberRole(id: "own", name: "Head", permissions: [.settings])
        _ = try directory.change(house.clinic.id, from: 1, at: start, by: anna.id) { $0.roles = [own] }
        let wish = MemberWish(name: "Anna", role: "own", isActive: true, teams: [:])
        _ = try directory.change(anna.id, from: anna.revision, to: wish, at: start, by: anna.id)
        for roles in [[], [MemberRole(id: "own", name: "Head", permissions: [])]] {
            let error = directoryError {
                _ = try directory.change(house.clinic.id, from: 2, at: start, by: anna.id) { $0.roles = roles }
            }
            #expect(error?.code == (roles.isEmpty ? .roleInUse : .lastAdministrator))
        }
    }

    // covers: S3.8
    @Test(arguments: [
        (MemberRole.administrator, true, true, true), (.member, true, true, false), (.reader, true, false, false),
        (MemberRole(id: "x", name: "Clerk", permissions: [.audit, .settings]), false, false, true),
    ])
    func `a role says what its members may do`(role: MemberRole, reads: Bool, sends: Bool, sets: Bool) {
        let member = Member(
            id: MemberID(1), publicID: PublicID(1), organisation: OrganisationID(1), name: "M", role: role,
            isActive: true, teams: [TeamID(1): .supervisor], revision: 1)
        let actor = member.actor
        #expect(!actor.teams.isEmpty == reads && actor.maySend == sends && actor.isAdministrator == sets)
        #expect(actor.teams.values.contains(.supervisor) == role.permissions.contains(.supervise))
    }

    // covers: B9
    @Test(arguments: DatabaseKind.allCases)
    func `each change says in the trail what it was, and no text`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let directory = house.directory
        try house.makeAdministrator()
        _ = try directory.change(house.clinic.id, from: 1, at: start, by: house.anna.id) {
            $0.emergency = "Call the porter."
            $0.signIn.memberIdleMinutes = 45
        }
        var wish = TeamWish()
        wish.durations = ["autoClose": .days(3)]
        _ = try directory.change(house.desk.id, from: 1, to: wish, at: start + .seconds(1), by: house.anna.id)
        let changes = try directory.settingsChanges(of: house.clinic.id, limit: 2)
        #expect(changes.map(\.action) == ["team.changed", "organisation.changed"])
        #expect(changes.allSatisfy { $0.actor == "member:\(house.anna.id)" })
        #expect(changes[0].detail == "durations.autoClose: 604800 → 259200")
        #expect(
            changes[1].detail.hasPrefix("emergency: #") && changes[1].detail.hasSuffix("memberIdleMinutes: 30 → 45"))
        #expect(!changes[1].detail.contains("porter"))
        #expect(
            try directory.settingsChanges(of: house.otherDesk.organisation, limit: 10).allSatisfy {
                $0.organisation == house.otherDesk.organisation.value
            })
    }

    @Test func `sessions last as long as is set, also those that have begun`() throws {
        let house = try DirectoryHouse(.sqlite)
        let directory = house.directory
        try house.makeAdministrator()
        let signIn = try directory.logIn(
            email: DirectoryHouse.memberEmail, password: DirectoryHouse.password, from: DirectoryHouse.client, at: start
        )
        _ = try directory.change(house.clinic.id, from: 1, at: start, by: house.anna.id) {
            $0.signIn.memberIdleMinutes = 5
            $0.signIn.memberLongestHours = 1
        }
        let session = try directory.session(signIn.session.id, at: start)
        #expect(session.idleAt == start + .minutes(5) && session.endsAt == start + .hours(1))
        let late = start + .minutes(5)
        #expect(directoryError { _ = try directory.session(signIn.session.id, at: late) }?.code == .signIn)
        for (idle, hours) in [(4, 12), (721, 12), (30, 0), (30, 25)] {
            let error = directoryError {
                _ = try directory.change(house.clinic.id, from: 2, at: start, by: house.anna.id) {
                    $0.signIn.memberIdleMinutes = idle
                    $0.signIn.memberLongestHours = hours
                }
            }
            #expect(error?.code == .badSettings)
        }
    }

    @Test func `another node knows of a change after its next look`() throws {
        let house = try DirectoryHouse(.postgres)
        let other = try DirectoryHouse.open(
            house.house, house.vault,
            {
                var settings = DirectoryHouse.settings(seed: 3)
                settings.node = "other"
                return settings
            }()
        ).1
        try house.makeAdministrator()
        _ = try other.refresh()
        _ = try house.directory.change(house.clinic.id, from: 1, at: start, by: house.anna.id) { $0.isChatOn = false }
        #expect(try other.refresh().isRosterNew)
        #expect(other.roster[house.desk.id]?.policy.allowsGuestChat == false)
        // What was made from the older one is refused there, too.
        #expect(
            directoryError {
                _ = try other.change(house.clinic.id, from: 1, at: start, by: house.anna.id) { $0.isChatOn = true }
            }?.code == .changedMeanwhile)
    }
}

extension DirectoryHouse {
    fileprivate func makeAdministrator() throws {
        let member = try #require(directory.roster[anna.id])
        let wish = MemberWish(name: "Anna", role: "administrator", isActive: true, teams: member.teams)
        _ = try directory.change(anna.id, from: member.revision, to: wish, at: Self.start, by: anna.id)
    }
}
