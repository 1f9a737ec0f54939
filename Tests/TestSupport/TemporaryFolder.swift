import Foundation

/// Files of a folder that goes when the test is over.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("foyer-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    package func file(_ name: String) -> String { path + "/" + name }

    package func write(_ text: String, to name: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    /// The openssl command line, in this folder; its arguments hold no spaces.
    package func openssl(_ arguments: String) throws {
        try Program.run(["openssl"] + arguments.split(separator: " ").map(String.init), in: path)
    }
}

/// A certificate authority of a test, and what it certifies.
package struct TestAuthority: Sendable {
    package let folder: TemporaryFolder
    /// Its own certificate, for those who are to trust it.
    package let certificateFile: String

    private static let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"

    package init(_ folder: TemporaryFolder) throws {
        self.folder = folder
        certificateFile = folder.file("authority.pem")
        try folder.openssl(
            "req -x509 \(Self.key) -days 2 -subj /CN=authority -keyout authority.key -out authority.pem")
    }

    /// A server's certificate for `names`, such as `DNS:localhost,IP:127.0.0.1` (X509v3 subjectAltName).
    package func certify(_ file: String, _ names: String) throws -> (certificateFile: String, keyFile: String) {
        _ = try folder.write("subjectAltName=\(names)\n", to: "\(file).ext")
        try folder.openssl("req \(Self.key) -subj /CN=\(file) -keyout \(file).key -out \(file).csr")
        try folder.openssl(
            "x509 -req -in \(file).csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2"
                + " -extfile \(file).ext -out \(file).pem")
        return (folder.file("\(file).pem"), folder.file("\(file).key"))
    }
}

/// Programs of the machine that a test needs.
package enum Program {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Runs it to its end and returns what it wrote; throws when it fails.
    @discardableResult
    package static func run(_ words: [String], in folder: String? = nil) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(words.joined(separator: " ")): status \(process.terminationStatus)")
        }
        return String(decoding: text, as: UTF8.self)
    }
}
