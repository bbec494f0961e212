/// Academic and job titles, the more frequent ones first.
///
/// Written for this project. Changing a list changes every catalog: raise ``Catalog/formatVersion``.
enum TitleWords {
  static let academicTitles = WordList.split(
    """
    Professor, Ph.D., Dr., Associate Professor, Assistant Professor, Prof. Dr., Adjunct Professor, Senior Lecturer,
    Lecturer, Research Scientist, Professor Emeritus, M.Sc., M.D., Teaching Professor, Clinical Professor, Prof. Dr.-Ing.,
    Visiting Professor, D.Phil., Privatdozent, MBA, Maître de conférences, Prof. Dr. rer. nat., J.D., Ed.D., M.D. Ph.D.,
    Distinguished Professor, Profesora titular, 教授
    """)

  /// "Professor of " and a field, or "Head of the " and a field and " Group". `*` stands for the field.
  static let roles = WordList.split(
    """
    Professor of *, Associate Professor of *, Assistant Professor of *, Lecturer in *, Senior Lecturer in *, Instructor of *,
    Researcher in *, Head of *, Director of the * Program, Head of the * Group, Senior Researcher in *, Adjunct Professor of *,
    Professor and Chair of *, Teaching Assistant in *, Postdoctoral Fellow in *, Principal Scientist for *, * Consultant,
    Visiting Professor of *, Director of the * Laboratory, Dean for *, Lead Instructor for *, Curriculum Lead for *,
    * Trainer, Distinguished Professor of *, Founding Director of the Center for *, Vice President for *
    """)

  static let fields = WordList.split(
    """
    Computer Science, Data Science, Machine Learning, Economics, Psychology, Business Administration, Mathematics, Statistics,
    Marketing, Finance, Physics, Biology, Public Health, Education, Philosophy, Electrical Engineering, Management,
    Artificial Intelligence, Chemistry, Medicine, Political Science, Sociology, Accounting, Linguistics, History, Law,
    Mechanical Engineering, Software Engineering, Entrepreneurship, Computational Biology, Neuroscience, Design,
    Epidemiology, Environmental Science, Information Systems, Cybersecurity, Music, Operations Research, Architecture,
    Bioinformatics, Genetics, Cognitive Science, Civil Engineering, International Relations, Journalism, Astronomy,
    Human-Computer Interaction, Robotics, Nursing, Creative Writing, Cloud Computing, Supply Chain Management,
    Applied Mathematics, Anthropology, English Literature, Materials Science, Nutrition, Organizational Behavior,
    Chemical Engineering, Art History, Urban Planning, Biostatistics, Natural Language Processing, Digital Marketing,
    Climate Science, Strategy, Distributed Systems, Geology, Film Studies, Ethics, Databases, Bioengineering,
    Renewable Energy, Pharmacology, Product Management, Negotiation, Theology, Quantum Information, Game Design,
    Archaeology, Veterinary Medicine, Social Work, Dentistry, Behavioral Economics, Oceanography, Immunology, Photography,
    Numerical Analysis, Leadership, Forensic Science, Agricultural Science, Musicology, Actuarial Science, Cryptography,
    Computer Graphics, Food Science, Aerospace Engineering, Sustainable Development, Gender Studies, Museum Studies,
    Élite Sport Coaching, Science and Technology Studies
    """)

  static let standalone = WordList.split(
    """
    Data Scientist, Software Engineer, Lecturer, Instructor, Senior Instructor, Course Director, Developer Advocate,
    Research Scientist, Teaching Fellow, Curriculum Developer, Engineering Manager, Entrepreneur in Residence, Product Designer,
    Chief Learning Officer, Cloud Architect, Staff Engineer, Independent Consultant, Author and Speaker, Machine Learning Engineer,
    Security Researcher, UX Designer, Business Analyst, Language Teacher, Physician, Journalist, Composer, Choirmaster
    """)
}
