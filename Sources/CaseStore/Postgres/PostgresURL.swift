import CPostgres

/// Where a PostgreSQL database is, as libpq takes it: `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=verify-full`
/// (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING). Several hosts may be named, for a failover.
///
/// Printed without its password, however it is printed.
package struct PostgresURL: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// With the password: for libpq alone.
    let text: String
    package let description: String

    package init(_ text: String) throws(StoreError) {
        guard ["postgres://", "postgresql://"].contains(where: text.hasPrefix), let parts = Self.parse(text) else {
            // What libpq has to say of it may quote the password.
            throw .unavailable(
                "The database's address is not one that PostgreSQL takes: "
                    + "postgres://USER:PASSWORD@HOST:PORT/DATABASE, with %XX for special characters.")
        }
        self.text = text
        let user = parts["user"].map { $0 + "@" } ?? ""
        let port = parts["port"].map { ":" + $0 } ?? ""
        description = "postgres://\(user)\(parts["host"] ?? "")\(port)/\(parts["dbname"] ?? "")"
    }

    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }

    private static func parse(_ text: String) -> [String: String]? {
        var complaint: UnsafeMutablePointer<CChar>?
        let options = PQconninfoParse(text, &complaint)
        defer {
            PQconninfoFree(options)
            PQfreemem(complaint)
        }
        guard var option = options else { return nil }
        var parts: [String: String] = [:]
        // The list ends with an option without a name.
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { parts[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return parts
    }
}
