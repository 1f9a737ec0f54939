import TestSupport
import Testing

@testable import Reactor

@Suite("A TLS certificate and its key")
struct TLSContextTests {
    @Test("are accepted when they fit")
    func good() throws {
        let certificate = try Certificate("good")
        _ = try certificate.context()
    }

    private static func refusal(certificateFile: String, keyFile: String) throws -> ReactorError {
        try #require(throws: ReactorError.self) {
            _ = try TLSContext(certificateFile: certificateFile, keyFile: keyFile)
        }
    }

    @Test("a file that is missing is named")
    func missing() throws {
        let certificate = try Certificate("good")
        let missing = certificate.folder.file("missing.pem")
        let first = try Self.refusal(certificateFile: missing, keyFile: certificate.keyFile)
        #expect(first.code == .tls && first.message.contains("certificate file '\(missing)'"))
        #expect(first.message.contains("No such file"))
        let second = try Self.refusal(certificateFile: certificate.certificateFile, keyFile: missing)
        #expect(second.code == .tls && second.message.contains("key file '\(missing)'"))
        #expect(second.description.contains("No such file"))
    }

    @Test("the key of another certificate is refused and named")
    func wrongKey() throws {
        let certificate = try Certificate("good")
        let other = try Certificate("other", in: certificate.folder)
        let error = try Self.refusal(certificateFile: certificate.certificateFile, keyFile: other.keyFile)
        #expect(error.message.contains("'\(other.keyFile)'") && error.message.contains("mismatch"))
    }

    @Test("the key of another kind of certificate is refused and named")
    func wrongKindOfKey() throws {
        let certificate = try Certificate("good")
        try certificate.folder.openssl("genrsa -out rsa.key 2048")
        let key = certificate.folder.file("rsa.key")
        let error = try Self.refusal(certificateFile: certificate.certificateFile, keyFile: key)
        #expect(error.message.contains("'\(key)'"))
    }

    @Test(
        "a file that is not PEM is named", arguments: ["", "no certificate\n", "-----BEGIN CERTIFICATE-----\nAAAA\n"])
    func notPEM(_ text: String) throws {
        let certificate = try Certificate("good")
        let file = try certificate.folder.write(text, to: "text.pem")
        let first = try Self.refusal(certificateFile: file, keyFile: certificate.keyFile)
        #expect(first.message.contains("'\(file)'") && !first.message.contains("no reason given"))
        let second = try Self.refusal(certificateFile: certificate.certificateFile, keyFile: file)
        #expect(second.message.contains("'\(file)'") && !second.message.contains("no reason given"))
    }

    @Test("files in each other's place are named")
    func exchanged() throws {
        let certificate = try Certificate("good")
        let error = try Self.refusal(
            certificateFile: certificate.keyFile, keyFile: certificate.certificateFile)
        #expect(error.message.contains("'\(certificate.keyFile)'"))
    }

    @Test("a key that asks for a pass phrase is refused, and nobody is asked")
    func encryptedKey() throws {
        let certificate = try Certificate("good")
        try certificate.folder.openssl("ec -in good.key -aes128 -passout pass:secret -out locked.key")
        let key = certificate.folder.file("locked.key")
        let error = try Self.refusal(certificateFile: certificate.certificateFile, keyFile: key)
        #expect(error.message.contains("'\(key)'"))
    }

    @Test("a TLS address without a certificate is refused before anything listens")
    func addressWithoutCertificate() throws {
        var configuration = LoopGroupConfiguration()
        configuration.listen = [try ListenAddress("127.0.0.1:0", isTLS: true)]
        let wanted = configuration
        let error = try #require(throws: ReactorError.self) {
            _ = try LoopGroup(wanted) { _, _ in TestApp(Script(), Journal()) }
        }
        #expect(error.code == .tls && error.message.contains("127.0.0.1:0"))
    }
}
