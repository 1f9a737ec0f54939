/// Where sealed files are kept: a directory beside the database (`LocalFiles`), or a bucket (`S3Files`). Every call blocks,
/// and may come from any thread. What is stored is sealed already (`FileSealer`): a storage never sees a content.
package protocol FileStorage: Sendable {
    /// Takes over a file that was written as a whole; durable when this returns. On failure nothing of it is kept, and the
    /// spooled file is gone as well.
    func keep(_ spooled: SpooledFile, as name: StorageName) throws(FilesError)

    /// At most `count` bytes from `offset` on; fewer at its end.
    func read(_ name: StorageName, at offset: Int64, count: Int) throws(FilesError) -> [UInt8]

    func byteCount(of name: StorageName) throws(FilesError) -> Int64

    /// What is gone already is fine.
    func remove(_ name: StorageName) throws(FilesError)

    /// Throws why nothing can be stored now.
    func check() throws(FilesError)
}
