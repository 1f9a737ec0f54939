import CaseMachine
@testable import CaseStore
import Testing

@Suite struct SessionStampTests {
    @Test(arguments: DatabaseKind.allCases)
    func `a session's token is known by its stamp, and good without it`(_ kind: DatabaseKind) throws {
        let house = try DirectoryHouse(kind)
        let signIn = try house.signIn()
        let cookie = try house.directory.stamped(signIn.token)
        #expect(cookie.hasPrefix(signIn.token.text) && house.directory.hasStamped(cookie))
        for text in [cookie, signIn.token.text] {
            #expect(try house.directory.session(text, of: .guest, at: DirectoryHouse.start).id == signIn.session.id)
        }
        #expect(try house.directory.logOut(cookie, of: .guest, at: DirectoryHouse.start)?.id == signIn.session.id)
        // It says nothing of whether the session lives.
        #expect(house.directory.hasStamped(cookie))
    }

    @Test func `nothing else bears the stamp`() throws {
        let house = try DirectoryHouse(.sqlite)
        let one = try house.signIn().token
        let other = try house.signIn(house.form(first: "Jan"), at: DirectoryHouse.start + .minutes(1)).token
        let cookie = try house.directory.stamped(one)
        let stranger = try DirectoryHouse(.sqlite)
        let forged = [
            "", one.text, other.text + cookie.suffix(16), one.text + String(repeating: "0", count: 16),
            String(cookie.dropLast()), cookie + "0", String(repeating: "é", count: 40),
            try stranger.directory.stamped(one),
        ]
        for text in forged { #expect(!house.directory.hasStamped(text), "\(text)") }
        for text in [String(cookie.dropLast()), cookie + "0"] {
            #expect(
                directoryError { _ = try house.directory.session(text, of: .guest, at: DirectoryHouse.start) }?.code
                    == .signIn)
        }
    }
}
