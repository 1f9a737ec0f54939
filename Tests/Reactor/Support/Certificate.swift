import TestSupport

@testable import Reactor

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

    /// One that somebody else has made.
    init(_ folder: TemporaryFolder, _ certificateFile: String, _ keyFile: String) {
        self.folder = folder
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }

    init(_ name: String) throws {
        try self.init(name, in: TemporaryFolder())
    }

    func context() throws -> TLSContext {
        try TLSContext(certificateFile: certificateFile, keyFile: keyFile)
    }
}
