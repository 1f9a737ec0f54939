import Foundation

/// A server for mail that behaves as the recipients' names say (Tests/support/awkward_smtp.py), and what it has taken.
package struct AwkwardMailServer: Sendable {
    package struct Seen: Decodable, Sendable {
        package let isTLS: Bool
        package let user: String?
        package let host: String
        package let from: String
        package let to: [String]
        /// Of its fields, in their order.
        package let names: [String]
        package let fields: [String: String]
        package let fromName: String
        package let text: String
        package let defects: [String]
        package let longestLine: Int
        package let bareLineEnds: Int
    }

    package enum Security: Sendable {
        case none
        case startTLS
        case implicit
    }

    private let folder: TemporaryFolder
    private let server: PythonServer
    private let isImplicit: Bool
    package let authorities: String?

    package init(_ security: Security, password: String? = nil) throws {
        folder = try TemporaryFolder()
        var options = ["--log", folder.file("taken")]
        isImplicit = security == .implicit
        if security != .none {
            let authority = try TestAuthority(folder)
            let certificate = try authority.certify("mail", "IP:127.0.0.1")
            options += ["--tls-cert", certificate.certificateFile, "--tls-key", certificate.keyFile]
            authorities = authority.certificateFile
        } else {
            authorities = nil
        }
        if isImplicit { options.append("--implicit") }
        if let password { options += ["--password", password] }
        server = try PythonServer("awkward_smtp.py", options)
    }

    package var url: String { "\(isImplicit ? "smtps" : "smtp")://127.0.0.1:\(server.port)" }

    /// What it has taken, in its order: also what it never said that it had.
    package var seen: [Seen] {
        get throws {
            guard let data = FileManager.default.contents(atPath: folder.file("taken")) else { return [] }
            return try data.split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Seen.self, from: $0) }
        }
    }
}
