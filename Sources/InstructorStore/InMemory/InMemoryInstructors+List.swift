extension InMemoryInstructors {
  func list(_ filter: InstructorFilter, after: PageCursor?, limit: Int)
    async throws(StoreError) -> Page<Instructor>
  {
    var key: InstructorKey?
    return try store.perform("instructors.list") { (check) throws(StoreError) in
      try check.filter(filter)
      try check.size(limit, "limit", Limits.itemsPerPage)
      key = try after?.instructorKey(filter: filter, check.call)
    } body: { (state, _) throws(StoreError) in
      state.tables.page(filter, after: key, limit: limit)
    }
  }

  func count(_ filter: InstructorFilter, upTo: Int) async throws(StoreError) -> Int {
    try store.perform("instructors.count") { (check) throws(StoreError) in
      try check.filter(filter)
      try check.size(upTo, "upTo", Limits.countUpTo)
    } body: { (state, _) throws(StoreError) in
      min(upTo, state.tables.count(filter))
    }
  }

  func organizationLeaderboard(limit: Int) async throws(StoreError) -> [OrganizationStanding] {
    try store.perform("instructors.organizationLeaderboard") { (check) throws(StoreError) in
      try check.size(limit, "limit", Limits.leaderboardEntries)
    } body: { (state, _) throws(StoreError) in
      let standings = state.tables.byOrganization.map { name, members in
        OrganizationStanding(
          organization: name.text, instructors: Int64(members.byName.count), learners: members.learners)
      }
      return Array(standings.sorted(by: OrganizationStanding.precedes).prefix(limit))
    }
  }
}

extension InMemoryTables {
  func page(_ filter: InstructorFilter, after key: InstructorKey?, limit: Int) -> Page<Instructor> {
    guard let rows = orderedRows(filter) else { return Page(items: [], next: nil) }
    var start = rows.start
    if let prefix = filter.lastNamePrefix {
      let first = InstructorKey(beforeLastName: prefix)
      if let key, InstructorKey.precedes(first, key) {
        start = rows.start(after: key)
      } else {
        start = rows.start(from: first)
      }
    } else if let key {
      start = rows.start(after: key)
    }
    var items: [Instructor] = []
    items.reserveCapacity(min(limit, rows.count))
    var hasMore = false
    rows.scan(from: start) { row in
      if let prefix = filter.lastNamePrefix, !Bytewise.hasPrefix(row.instructor.lastName, prefix) {
        return false
      }
      guard items.count < limit else {
        hasMore = true
        return false
      }
      items.append(row.instructor)
      return true
    }
    let next = hasMore ? items.last.map { PageCursor(after: InstructorKey($0), filter: filter) } : nil
    return Page(items: items, next: next)
  }

  func count(_ filter: InstructorFilter) -> Int {
    guard let rows = orderedRows(filter) else { return 0 }
    guard let prefix = filter.lastNamePrefix else { return rows.count }
    let end = Bytewise.upperBound(ofPrefix: prefix).map {
      rows.start(from: InstructorKey(beforeLastName: $0))
    }
    return rows.count(from: rows.start(from: InstructorKey(beforeLastName: prefix)), to: end ?? rows.end)
  }

  private func orderedRows(_ filter: InstructorFilter) -> OrderedRows<InMemoryRow>? {
    guard let organization = filter.organization else { return byName }
    return byOrganization[TextKey(organization)]?.byName
  }
}

extension InstructorKey {
  /// A key before every instructor whose last name starts with `lastName`: names and ids are never empty.
  fileprivate init(beforeLastName lastName: String) {
    self.init(lastName: lastName, firstName: "", id: InstructorID(0))
  }
}
