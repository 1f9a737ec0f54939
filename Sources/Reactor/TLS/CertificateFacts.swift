import COpenSSL
import Glibc

/// What a certificate says of itself, for whoever looks before it is used.
package struct CertificateFacts: Sendable {
    /// Seconds since 1970.
    package let validFrom: Int
    package let validUntil: Int
    /// The issuer is the certificate's own subject: no browser trusts it by itself.
    package let isSelfSigned: Bool
    /// So many stand in the file.
    package let chainLength: Int
    /// Whether it is the host's that it was asked for (RFC 6125); true if it was asked for none.
    package let isForHost: Bool

    /// The first certificate of a PEM file. `host` is a name, or an address without brackets.
    package init(pemFile path: String, host: String?) throws(ReactorError) {
        ERR_clear_error()
        guard let file = BIO_new_file(path, "r") else {
            throw ReactorError(.tls, "cannot read the certificate file '\(path)': \(TLSContext.lastError())")
        }
        defer { BIO_free(file) }
        guard let certificate = PEM_read_bio_X509(file, nil, nil, nil) else {
            throw ReactorError(.tls, "there is no PEM certificate in '\(path)': \(TLSContext.lastError())")
        }
        defer { X509_free(certificate) }
        var count = 1
        while let next = PEM_read_bio_X509(file, nil, nil, nil) {
            X509_free(next)
            count += 1
        }
        ERR_clear_error()
        guard let from = Self.seconds(X509_get0_notBefore(certificate)),
            let until = Self.seconds(X509_get0_notAfter(certificate))
        else { throw ReactorError(.tls, "the certificate '\(path)' has no dates") }
        (validFrom, validUntil, chainLength) = (from, until, count)
        isSelfSigned =
            X509_NAME_cmp(X509_get_issuer_name(certificate), X509_get_subject_name(certificate)) == 0
        isForHost =
            host.map {
                X509_check_host(certificate, $0, 0, 0, nil) == 1 || X509_check_ip_asc(certificate, $0, 0) == 1
            } ?? true
    }

    private static func seconds(_ time: UnsafePointer<ASN1_TIME>?) -> Int? {
        var parts = tm()
        guard let time, ASN1_TIME_to_tm(time, &parts) == 1 else { return nil }
        return timegm(&parts)
    }
}
