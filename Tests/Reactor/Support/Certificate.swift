import Foundation
import Glibc
import Testing

@testable import Reactor

/// Files of a folder that goes when the test is over.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("foyer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }

    func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// The openssl command line, in this folder.
    func openssl(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments.split(separator: " ").map(String.init)
        process.currentDirectoryURL = URL(fileURLWithPath: path)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "openssl \(arguments)")
    }
}

/// A self-signed certificate and its key.
struct Certificate: Sendable {
    let folder: TemporaryFolder
    let certificateFile: String
    let keyFile: String

    init(_ name: String, in folder: TemporaryFolder) throws {
        self.folder = folder
        certificateFile = folder.file("\(name).pem")
        keyFile = folder.file("\(name).key")
        try folder.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name)"
                + " -keyout \(name).key -out \(name).pem")
    }

    init(_ name: String) throws {
        try self.init(name, in: TemporaryFolder())
    }

    func context() throws -> TLSContext {
        try TLSContext(certificateFile: certificateFile, keyFile: keyFile)
    }
}
