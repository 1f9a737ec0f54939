import Foundation
import Glibc
import Testing

/// The program `store-victim` as a process of its own, which stands beside the tests' own program.
final class Victim {
    private let process = Process()
    private let output = Pipe()

    init(_ arguments: [String], under tool: [String] = []) throws {
        let command = tool + [try Self.program()] + arguments
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        process.standardOutput = output
        try process.run()
    }

    static func program() throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(filePath: tests).deletingLastPathComponent().path() + "/store-victim"
        try #require(FileManager.default.isExecutableFile(atPath: path), "there is no store-victim beside the tests")
        return path
    }

    /// What it prints until it ends, or until `count` lines have come.
    func lines(_ count: Int = .max) -> [String] {
        var lines: [String] = []
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while lines.count < count, read(output.fileHandleForReading.fileDescriptor, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") {
                lines.append(String(decoding: line, as: UTF8.self))
                line = []
            } else {
                line.append(byte)
            }
        }
        return lines
    }

    /// It gets no chance to do anything more.
    func kill() { Glibc.kill(process.processIdentifier, SIGKILL) }

    /// Its exit status, or the signal that ended it.
    @discardableResult func end() -> Int32 {
        process.waitUntilExit()
        return process.terminationStatus
    }

    deinit {
        if process.isRunning { kill() }
        process.waitUntilExit()
    }
}
