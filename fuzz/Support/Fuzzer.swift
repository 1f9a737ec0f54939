import CFuzzer
import Glibc

// libFuzzer calls a C function, which carries no context. Sound: it is set once, before the one thread there is begins.
nonisolated(unsafe) private var judgeOne: (inout Choices) -> Void = { _ in }

/// Lets libFuzzer call `judge` with one input after the other, as the command line says.
package func fuzz(_ judge: @escaping (inout Choices) -> Void) {
    judgeOne = judge
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    let status = LLVMFuzzerRunDriver(&count, &arguments) { data, size in
        var choices = Choices(UnsafeRawBufferPointer(start: data, count: size))
        judgeOne(&choices)
        return 0
    }
    exit(status)
}

/// States what must hold for every input. What does not is a finding: libFuzzer keeps the input and ends.
package func expect(
    _ holds: Bool, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    guard !holds else { return }
    let text = Array("\(file):\(line): FINDING: \(what())\n".utf8)
    _ = write(STDERR_FILENO, text, text.count)
    abort()
}

/// States that two ways to the same end came to the same.
package func expectEqual<Value: Equatable>(
    _ one: Value, _ other: Value, _ what: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    expect(one == other, "\(what()):\n  \(one)\n  \(other)", file: file, line: line)
}
