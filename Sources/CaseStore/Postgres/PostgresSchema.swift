/// What a database is made of: its tables, columns, constraints, indexes and triggers, each as a line of text that names
/// all that matters of it. Columns stand in no order, since statements name them.
struct PostgresSchema: Equatable {
    /// How many of each kind are named to the person who has to mend it.
    private static let mostNamed = 5

    let lines: Set<String>

    init(_ lines: some Sequence<String>) { self.lines = Set(lines) }

    /// Of the schema that the connection's tables are in.
    static func read(_ connection: PostgresConnection) throws -> PostgresSchema {
        PostgresSchema(try connection.run(sql).rows.compactMap { $0.text(0) })
    }

    /// What these steps make of nothing, in the words of the same server: releases of PostgreSQL print some things in
    /// their own ways. They are made in a schema that is never committed; it needs no lock that anybody else waits for.
    static func made(by steps: [String], _ connection: PostgresConnection) throws -> PostgresSchema {
        let scratch = "foyer_check_\(UInt64.random(in: 0 ... .max))"
        do {
            return try connection.transaction(.readCommitted) { connection in
                try connection.runScript("CREATE SCHEMA \(scratch)")
                try connection.run("SELECT set_config('search_path', $1, true)", [.text(scratch)])
                for step in steps { try connection.runScript(step) }
                throw TakenBack(made: try read(connection))
            }
        } catch let taken as TakenBack {
            return taken.made
        }
    }

    /// Ends the transaction without a trace.
    private struct TakenBack: Error {
        let made: PostgresSchema
    }

    /// Nil if there is none.
    func difference(from expected: PostgresSchema) -> String? {
        let differences = [
            Self.named("missing", expected.lines.subtracting(lines)),
            Self.named("not expected", lines.subtracting(expected.lines)),
        ].compactMap(\.self)
        return differences.isEmpty ? nil : differences.joined(separator: "; ")
    }

    private static func named(_ what: String, _ lines: Set<String>) -> String? {
        guard !lines.isEmpty else { return nil }
        let named = lines.sorted().prefix(mostNamed).joined(separator: ", ")
        return "\(what): \(named)" + (lines.count > mostNamed ? " and \(lines.count - mostNamed) more" : "")
    }

    /// Definitions of indexes and the like in their short form, which leaves out the schema's name. PostgreSQL 18 counts
    /// NOT NULL among the constraints; here it is the column's.
    private static let sql = """
        WITH here AS (
            SELECT oid, relname::text AS name, relpersistence, reloptions, relrowsecurity FROM pg_class
            WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
        )
        SELECT 'table ' || name || CASE relpersistence WHEN 'u' THEN ' unlogged' ELSE '' END
            || CASE WHEN relrowsecurity THEN ' with row security' ELSE '' END
            || coalesce(' with ' || array_to_string(reloptions, ', '), '')
        FROM here
        UNION ALL
        SELECT 'column ' || name || '.' || attname::text || ' ' || format_type(atttypid, atttypmod)
            || CASE WHEN attnotnull THEN ' not null' ELSE '' END
            || CASE attidentity WHEN 'a' THEN ' identity always' WHEN 'd' THEN ' identity by default' ELSE '' END
            || CASE WHEN attstorage <> typstorage THEN ' storage ' || attstorage::text ELSE '' END
            || coalesce(' default ' || pg_get_expr(adbin, adrelid, true), '')
        FROM here JOIN pg_attribute ON attrelid = here.oid JOIN pg_type ON pg_type.oid = atttypid
            LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attnum > 0 AND NOT attisdropped
        UNION ALL
        SELECT 'constraint ' || name || '.' || conname::text || ' ' || pg_get_constraintdef(pg_constraint.oid, true)
        FROM here JOIN pg_constraint ON conrelid = here.oid WHERE contype <> 'n'
        UNION ALL
        SELECT 'index ' || replace(pg_get_indexdef(indexrelid, 0, true), 'CREATE ', '')
            || CASE WHEN indisvalid THEN '' ELSE ' (not whole)' END
        FROM here JOIN pg_index ON indrelid = here.oid
        UNION ALL
        SELECT 'trigger ' || name || '.' || tgname::text
        FROM here JOIN pg_trigger ON tgrelid = here.oid WHERE NOT tgisinternal
        """
}
