import CaseMachine
import Foundation
import Synchronization
import Testing

@testable import CaseStore

@Suite struct CodeTests {
    private let start = DirectoryHouse.start

    @Test(arguments: DatabaseKind.allCases)
    func `a code that is typed in time makes the guest and signs them in`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let sent = try house.send(house.form())
        #expect(sent.code.utf8.count == 6 && sent.code.utf8.allSatisfy { (0x30...0x39).contains($0) })
        #expect(sent.expiresAt == start + .minutes(5) && sent.resendAt == start + .seconds(30))
        #expect(sent.maskedContact == "+44 •••• 123")
        let typed = sent.code.prefix(3) + " " + sent.code.suffix(3)
        let signIn = try house.verify(sent, code: String(typed), at: start + .minutes(4))
        #expect(signIn.guest.firstName == "Maria" && signIn.guest.lastName == "Jansen")
        #expect(signIn.guest.contact == .phone(try PhoneNumber(DirectoryHouse.phone)))
        #expect(signIn.guest.organisation == house.clinic.id)
        #expect(signIn.session.subject == .guest(signIn.guest.id))
        #expect(try house.directory.guest(signIn.guest.id) == signIn.guest)
        #expect(try house.directory.guest(signIn.guest.publicID) == signIn.guest)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `the same name at the same contact is the same guest, another name or contact or house another`(
        _ kind: DatabaseKind
    ) throws {
        let house = try DirectoryHouse(kind)
        let maria = try house.signIn().guest
        let later = start + .minutes(1)
        #expect(try house.signIn(house.form(first: "MÁRIA", last: "jansen"), at: later).guest == maria)
        let others = [
            house.form(first: "Jan"), house.form(phone: "+44 7700 900124"),
            house.form(phone: nil, email: DirectoryHouse.email),
            house.form(phone: "+44 7700 900125", team: house.otherDesk),
        ]
        let ids = try others.enumerated().map { try house.signIn($1, at: later + .minutes(Int64($0 + 1))).guest.id }
        #expect(Set(ids + [maria.id]).count == 5)
        #expect(try house.signIn(house.form(team: house.otherDesk), at: later + .hours(1)).guest.id != maria.id)
    }

    private static let forms: [(String, @Sendable (inout CodeRequest) -> Void, DirectoryError.Code, String?)] = [
        ("no first name", { $0.firstName = " " }, .missing, "firstName"),
        ("no last name", { $0.lastName = "" }, .missing, "lastName"),
        ("a name without a letter", { $0.lastName = "12\u{202E}" }, .missing, "lastName"),
        ("a long name", { $0.firstName = String(repeating: "a", count: 201) }, .tooLong, "firstName"),
        ("a long last name", { $0.lastName = String(repeating: "ü", count: 101) }, .tooLong, "lastName"),
        ("no contact", { $0.phone = nil }, .missing, "phone"),
        ("an empty contact", { $0.phone = "" }, .missing, "phone"),
        ("a number without a country", { $0.phone = "07700 900123" }, .badPhone, "phone"),
        ("a bad address", { ($0.phone, $0.email) = (nil, "maria@") }, .badEmail, "email"),
        ("both", { $0.email = "maria@example.com" }, .contactNotOffered, "email"),
        ("no such team", { $0.team = PublicID(7) }, .noSuchTeam, "team"),
    ]

    @Test(arguments: forms.indices)
    func `what is wrong with a form is said of its field, and nothing is counted`(_ index: Int) throws {
        let house = try DirectoryHouse(.sqlite)
        let (_, spoil, code, field) = Self.forms[index]
        var form = house.form()
        spoil(&form)
        let error = directoryError { _ = try house.send(form) }
        #expect(error?.code == code && error?.field == field && error?.message.isEmpty == false)
        #expect(try house.count("attempt") == 0 && house.count("challenge") == 0)
    }

    @Test(arguments: [Team.ContactMode.phone, .email], DatabaseKind.allCases)
    func `a team takes the contacts that it offers`(_ mode: Team.ContactMode, _ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        var settings = house.desk.settings
        settings.contactMode = mode
        _ = try house.directory.updateTeam(house.desk.id, settings, policy: house.desk.policy, at: start)
        let (phone, email) = (house.form(), house.form(phone: nil, email: DirectoryHouse.email))
        let refused = directoryError { _ = try house.send(mode == .phone ? email : phone) }
        #expect(refused?.code == .contactNotOffered && refused?.field == (mode == .phone ? "email" : "phone"))
        _ = try house.send(mode == .phone ? phone : email)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `names lose what is invisible and turns the writing's direction`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let guest = try house.signIn(house.form(first: " Ma\u{202E}ria\u{7}\n", last: "de\tla  Cruz")).guest
        #expect(guest.firstName == "Maria" && guest.lastName == "de la Cruz")
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a code works for five minutes`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let sent = try house.send(house.form())
        let end = start + DirectoryLimits.codeLifetime
        #expect(directoryError { _ = try house.verify(sent, at: end) }?.code == .codeExpired)
        _ = try house.verify(sent, at: end - .milliseconds(1))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a code works once`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let sent = try house.send(house.form())
        _ = try house.verify(sent)
        #expect(directoryError { _ = try house.verify(sent) }?.code == .codeExpired)
        #expect(try house.count("session") == 1)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `of many who type the right code at once, one comes in`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        for round in Int64(0)..<10 {
            let now = start + .minutes(round)
            let sent = try house.send(house.form(), at: now)
            let (directory, client) = (house.directory, DirectoryHouse.client)
            let won = Atomic<Int>(0)
            DispatchQueue.concurrentPerform(iterations: 4) { _ in
                let result = Result {
                    try directory.verifyCode(challenge: sent.challenge, code: sent.code, from: client, at: now)
                }
                if case .success = result { won.add(1, ordering: .relaxed) }
            }
            #expect(won.load(ordering: .relaxed) == 1)
        }
        #expect(try house.count("guest") == 1)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `five wrong tries close a code, and the right one comes too late`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let sent = try house.send(house.form())
        for left in (0..<DirectoryLimits.triesPerCode).reversed() {
            let error = directoryError { _ = try house.verify(sent, code: sent.wrongCode) }
            #expect(error?.code == .badCode && error?.triesLeft == left)
        }
        #expect(directoryError { _ = try house.verify(sent) }?.code == .codeExpired)
        #expect(try house.count("guest") == 0)
    }

    @Test(arguments: ["", "12345", "1234567", "１２３４５６", "abcdef", String(repeating: "1", count: 10_000)])
    func `what is no code is a wrong one`(_ typed: String) throws {
        let house = try DirectoryHouse(.sqlite)
        let sent = try house.send(house.form())
        #expect(directoryError { _ = try house.verify(sent, code: typed) }?.triesLeft == 4)
    }

    @Test(arguments: ["", "7", String(repeating: "0", count: 64), String(repeating: "é", count: 64)])
    func `a challenge that nobody was given is an expired one`(_ name: String) throws {
        let house = try DirectoryHouse(.sqlite)
        let error = directoryError {
            _ = try house.directory.verifyCode(
                challenge: name, code: "123456", from: DirectoryHouse.client, at: start)
        }
        #expect(error?.code == .codeExpired)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `another code is sent after 30 seconds, and the older one is void`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let first = try house.send(house.form())
        let form = house.form(challenge: first.challenge)
        let early = directoryError { _ = try house.send(form, at: start + .milliseconds(29_001)) }
        #expect(early?.code == .tooSoon && early?.retryAfterSeconds == 1)
        let second = try house.send(form, at: start + .seconds(30))
        #expect(second.challenge == first.challenge)
        #expect(second.code != first.code)
        let now = start + .seconds(31)
        #expect(directoryError { _ = try house.verify(first, at: now) }?.code == .badCode)
        _ = try house.verify(second, at: now)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a corrected contact gets its code at once, and the one that went astray is void`(_ kind: DatabaseKind) throws
    {
        let house = try DirectoryHouse(kind)
        let astray = try house.send(house.form(phone: "+44 7700 900999"))
        let corrected = try house.send(house.form(challenge: astray.challenge), at: start + .seconds(5))
        #expect(directoryError { _ = try house.verify(astray, at: start + .seconds(6)) }?.code == .badCode)
        let guest = try house.verify(corrected, at: start + .seconds(7)).guest
        #expect(guest.contact == .phone(try PhoneNumber(DirectoryHouse.phone)))
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a challenge of another organisation is not taken over`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let first = try house.send(house.form())
        let second = try house.send(
            house.form(phone: "+44 7700 900124", challenge: first.challenge, team: house.otherDesk))
        #expect(second.challenge != first.challenge)
        #expect(try house.verify(first).guest.organisation == house.clinic.id)
        #expect(try house.verify(second).guest.organisation == house.otherDesk.organisation)
    }

    @Test(arguments: DatabaseKind.allCases)
    func `a known contact is answered as an unknown one`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        _ = try house.signIn()
        let now = start + .hours(1)
        let known = try house.send(house.form(), at: now)
        let unknown = try house.send(house.form(phone: "+44 7700 900888"), at: now)
        #expect(known.expiresAt == unknown.expiresAt && known.resendAt == unknown.resendAt)
        #expect(known.challenge.utf8.count == unknown.challenge.utf8.count)
        for sent in [known, unknown] {
            let error = directoryError { _ = try house.verify(sent, code: sent.wrongCode, at: now) }
            #expect(error == .badCode(triesLeft: 4))
        }
    }

    @Test func `each of the million codes is as likely as the others`() throws {
        let scripted = Mutex<[[UInt8]]>([])
        let randomness = Randomness { _ in scripted.withLock { $0.isEmpty ? nil : $0.removeFirst() } }
        /// The first number that is left over, one that is the last of the fair ones, zero.
        let draws: [(UInt32, String?)] = [
            (4_294_000_000, nil), (.max, nil), (4_293_999_999, "999999"), (0, "000000"), (1_000_007, "000007"),
        ]
        for (number, code) in draws {
            let bytes = withUnsafeBytes(of: number.bigEndian) { Array($0) }
            scripted.withLock { $0 = [bytes, [0, 0, 0, 42]] }
            #expect(try randomness.code() == code ?? "000042")
        }
        let broken = Randomness { [UInt8](repeating: 0xFF, count: $0) }
        #expect(directoryError { _ = try broken.code() }?.code == .storeAway)
        let silent = Randomness { _ in nil }
        #expect(directoryError { _ = try silent.token() }?.code == .storeAway)
    }
}
