import Foundation

/// What is asked of a password that a person chooses. Length is what counts (NIST SP 800-63B §5.1.1.2: no rules for kinds of
/// characters, which make passwords predictable); what is tried first by whoever guesses is refused.
package enum PasswordRules {
    /// Characters. With a random word a thousand guesses a day take longer than anybody tries.
    package static let shortest = 12

    /// Throws `weak_password` with what to do.
    package static func demand(_ password: String, name: String, email: String) throws(DirectoryError) {
        guard password.count >= shortest else {
            throw weak("Use at least \(shortest) characters. Three or four words that do not belong together are good.")
        }
        guard password.utf8.count <= DirectoryLimits.passwordBytes.upperBound else {
            throw weak("Use at most \(DirectoryLimits.passwordBytes.upperBound) bytes.")
        }
        let plain = letters(password)
        let own = [name, email, email.prefix { $0 != "@" }.description] + name.split(separator: " ").map(String.init)
        // What is left when one's own names are taken out has to be long enough to be guessed at.
        let rest = own.map(letters).filter { $0.count >= 3 }.reduce(plain) { $0.replacing($1, with: "") }
        guard rest.count >= leastWithoutNames else {
            throw weak("This is your name or address with little around it. Choose something that nobody knows of you.")
        }
        guard !isCommon(plain) else {
            throw weak("This is one of the passwords that are tried first. Choose another.")
        }
    }

    private static let leastWithoutNames = 6

    private static func weak(_ advice: String) -> DirectoryError {
        DirectoryError(.weakPassword, advice, field: "password")
    }

    /// Letters and digits alone, in small: what people add to a word is what is guessed with it.
    private static func letters(_ text: String) -> String {
        text.precomposedStringWithCompatibilityMapping.lowercased().filter { $0.isLetter || $0.isNumber }
    }

    /// Words of the lists that guessers begin with, long enough or repeated until they are; and what a keyboard gives to
    /// whoever draws a finger over it.
    private static let common: Set<String> = [
        "password", "passwort", "motdepasse", "contrasena", "welcome", "letmein", "iloveyou", "administrator", "admin",
        "changeme", "default", "secret", "qwerty", "qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm",
        "1q2w3e4r5t", "1q2w3e4r5t6y", "1q2w3e4r5t6z",
        "1qaz2wsx3edc", "abc", "trustno", "football", "baseball", "superman", "princess", "sunshine",
        "monkey", "dragon", "master", "hospital", "clinic", "reception", "frontdesk", "foyer", "doctor", "nurse",
        "correcthorsebatterystaple", "thisismypassword", "mypassword", "passwordpassword", "iloveyouforever",
        "summer", "winter", "spring", "autumn",
    ]

    private static func isCommon(_ plain: String) -> Bool {
        let isDigit = { (character: Character) in character.isNumber }
        let word = String(plain.drop(while: isDigit).reversed().drop(while: isDigit).reversed())
        if common.contains(plain) || common.contains(word) { return true }
        // "Passw0rd": digits that stand for letters, between letters.
        let spelled = String(word.map { ["0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t"][$0] ?? $0 })
        if common.contains(spelled) { return true }
        if Set(plain).count < 5 { return true }
        return isRun(plain) || isRepeated(plain)
    }

    /// `123456789012`, `abcdefghijkl`, and the same backwards.
    private static func isRun(_ plain: String) -> Bool {
        let codes = plain.unicodeScalars.map { Int($0.value) }
        let steps = zip(codes, codes.dropFirst()).map { $1 - $0 }
        let usual = steps.count { $0 == 1 || $0 == -1 || $0 == -9 || $0 == 9 }
        return usual * 10 >= steps.count * 8
    }

    /// A common word, or a short one, twice and more.
    private static func isRepeated(_ plain: String) -> Bool {
        let all = Array(plain)
        return (1...max(1, all.count / 2)).contains { length in
            guard length <= 8, all.count % length == 0 || length < all.count / 2 else { return false }
            return all.indices.allSatisfy { all[$0] == all[$0 % length] }
        }
    }
}
