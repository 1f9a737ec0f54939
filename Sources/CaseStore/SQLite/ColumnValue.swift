import Foundation
import GRDB

/// Columns of tables that somebody may have tampered with. GRDB's own conversions end the program where the type is not
/// the expected one.
enum ColumnValue {
    static func integer(_ row: Row, _ index: Int) -> Int64? {
        if case .int64(let value) = (row[index] as DatabaseValue).storage { value } else { nil }
    }

    static func text(_ row: Row, _ index: Int) -> String? {
        if case .string(let value) = (row[index] as DatabaseValue).storage { value } else { nil }
    }

    static func blob(_ row: Row, _ index: Int) -> [UInt8]? {
        if case .blob(let value) = (row[index] as DatabaseValue).storage { [UInt8](value) } else { nil }
    }
}

/// A row that `CaseRecord` and `EventRecord` can be read from.
struct SQLiteRow: StoredRow {
    let row: Row

    func integer(_ index: Int) -> Int64? { ColumnValue.integer(row, index) }
    func blob(_ index: Int) -> [UInt8]? { ColumnValue.blob(row, index) }
}
