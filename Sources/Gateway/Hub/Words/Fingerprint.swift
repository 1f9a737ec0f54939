import CaseMachine

/// What a command says, as 64 bits: whether two commands under one key are the same. FNV-1a, whose numbers are written
/// down for ever, over the command's parts with their lengths before them; so it is the same after a restart and on every
/// node, whatever Swift's own hashing does.
///
/// Nobody gains by two commands that have one: a key is its author's own.
struct Fingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ text: String) {
        add(Int64(text.utf8.count))
        for byte in text.utf8 { add(byte) }
    }

    mutating func add(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> Int64(shift))) }
    }

    mutating func add(_ text: String?) {
        add(text == nil ? 0 : 1 as Int64)
        if let text { add(text) }
    }

    private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
}
