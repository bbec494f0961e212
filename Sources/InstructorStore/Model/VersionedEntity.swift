/// What is stored under an id of its own and has a version.
package protocol VersionedEntity: Sendable {
  associatedtype ID: EntityIdentifier
  var id: ID { get }
  var version: Int64 { get }
}

extension Instructor: VersionedEntity {}
extension Reviewer: VersionedEntity {}
extension Review: VersionedEntity {}

extension CallContext {
  /// What was found, if it is what the call is about: there, and of the version asked for, if one was.
  ///
  /// - Throws: `notFound`; `conflict` with ``Constraint/version``.
  package func require<Entity: VersionedEntity>(
    _ found: Entity?, _ id: Entity.ID, ifVersion: Int64? = nil
  ) throws(StoreError) -> Entity {
    guard let found else { throw notFound(id) }
    if let ifVersion, found.version != ifVersion { throw conflict(.version, entityID: id.rawValue) }
    return found
  }
}
