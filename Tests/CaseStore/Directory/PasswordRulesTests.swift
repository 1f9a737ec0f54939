import Testing

@testable import CaseStore

@Suite struct PasswordRulesTests {
    private func refusal(_ password: String) -> DirectoryError? {
        do throws(DirectoryError) {
            try PasswordRules.demand(password, name: "Robin Marsh", email: "robin.m@quayside.example")
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "harbour lantern velvet", "Tr0ut & four umbrellas", "πέντε πράσινα βουνά", "zq7Xw!mP2#vL",
        "correct battery staple 42",
        String(repeating: "harbour lantern ", count: 60),
    ])
    func `a long one that nobody tries first is taken`(_ password: String) {
        #expect(refusal(password) == nil)
    }

    @Test(arguments: [
        "", "short", "harbour-lan", "password1234", "Passw0rd2026!", "PASSWORD PASSWORD", "qwertyuiop12",
        "123456789012",
        "abcdefghijkl", "987654321098", "aaaaaaaaaaaaaaaa", "abababababab", "robinmarsh12", "Robin.Marsh!2026",
        "robin.m@quayside.example", "administrator1", "Letmein 2026!!", "Summer202620", "1q2w3e4r5t6z",
        String(repeating: "harbour lantern ", count: 65),
    ])
    func `a short one, one's own name and what is tried first are refused with advice`(_ password: String) throws {
        let error = try #require(refusal(password), "\(password) was taken")
        #expect(error.code == .weakPassword && error.field == "password")
        #expect(error.message.hasSuffix("."))
        #expect(password.isEmpty || !error.message.contains(password))
    }
}
