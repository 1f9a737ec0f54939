/// Reads a fuzzer's input as a run of decisions. An input that is too short decides for zero, so that every input
/// means something and a mutation of one byte changes one decision.
package struct Choices {
    private var rest: UnsafeRawBufferPointer.SubSequence

    package init(_ input: UnsafeRawBufferPointer) {
        rest = input[...]
    }

    package var isEmpty: Bool { rest.isEmpty }

    package mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    package mutating func flag() -> Bool { byte() & 1 == 1 }

    /// 0..<65536
    package mutating func number() -> Int { Int(byte()) << 8 | Int(byte()) }

    package mutating func one<Element>(of elements: [Element]) -> Element { elements[Int(byte()) % elements.count] }

    /// As many bytes as there still are, at most `count`.
    package mutating func bytes(_ count: Int = .max) -> [UInt8] {
        let taken = Array(rest.prefix(count))
        rest = rest.dropFirst(taken.count)
        return taken
    }
}
