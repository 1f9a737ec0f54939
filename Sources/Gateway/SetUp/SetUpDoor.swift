/// The way into an empty house: a token that is told to the person who has started it, and to nobody else. Without it the
/// first to find the address would be its administrator. Made anew at each start, and void once there is an organisation.
package final class SetUpDoor: Sendable {
    /// 24 of 32 letters, none of which is mistaken for another: 120 bits.
    package let token: String

    private static let letters = Array("abcdefghjkmnpqrstuvwxyz23456789x".utf8.prefix(32))
    private static let groups = 4
    private static let lettersInGroup = 6

    package init() {
        var generator = SystemRandomNumberGenerator()
        token = (0..<Self.groups).map { _ in
            let group = (0..<Self.lettersInGroup).map { _ in
                Self.letters[Int(generator.next(upperBound: UInt(Self.letters.count)))]
            }
            return String(decoding: group, as: UTF8.self)
        }.joined(separator: "-")
    }

    /// Takes as long wherever the first difference is. Blanks around it come with what is copied from a terminal.
    func isOpened(by typed: String) -> Bool {
        let typed = Array(typed.utf8.filter { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }.prefix(256))
        let right = Array(token.utf8)
        guard typed.count == right.count else { return false }
        return zip(typed, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
