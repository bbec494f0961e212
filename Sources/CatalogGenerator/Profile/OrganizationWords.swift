/// What the names of organizations are composed of. The companies are invented.
///
/// Written for this project. Changing a list changes every catalog: raise ``Catalog/formatVersion``.
enum OrganizationWords {
  /// `*` stands for the place.
  static let institutions = WordList.split(
    """
    University of *, * University, * Institute of Technology, * State University, Technical University of *,
    * School of Business, * College, Royal Academy of *, * Medical School, * Open University, * University of the Arts,
    National University of *, * Polytechnic, Université de *, Universidad de *, Universität *
    """)

  static let places = WordList.split(
    """
    London, Toronto, Melbourne, Amsterdam, Edinburgh, Copenhagen, Zürich, Barcelona, Kyoto, Cape Town, Singapore, Montréal,
    Helsinki, Geneva, Dublin, Vienna, São Paulo, Stockholm, Oslo, Prague, Warsaw, Lisbon, Rome, Athens, Istanbul, Cairo, Nairobi,
    Lagos, Accra, Mumbai, Delhi, Chennai, Bangalore, Hyderabad, Kolkata, Dhaka, Colombo, Kathmandu, Bangkok, Hanoi, Jakarta,
    Manila, Taipei, Seoul, Busan, Tokyo, Osaka, Sapporo, Beijing, Shanghai, Nanjing, Wuhan, Auckland, Wellington, Sydney,
    Brisbane, Perth, Adelaide, Vancouver, Calgary, Ottawa, Halifax, Boston, Chicago, Denver, Seattle, Portland, Austin,
    Houston, Atlanta, Miami, Pittsburgh, Philadelphia, Baltimore, Detroit, Minneapolis, Phoenix, Sacramento, Albany,
    Monterrey, Guadalajara, Bogotá, Medellín, Lima, Quito, Santiago, Buenos Aires, Córdoba, Montevideo, Asunción, Brasília,
    Porto Alegre, Recife, Caracas, Havana, Kingston, Madrid, Sevilla, Valencia, Bilbao, Porto, Coimbra, Paris, Lyon, Toulouse,
    Grenoble, Nantes, Brussels, Leuven, Ghent, Utrecht, Delft, Rotterdam, Hamburg, Munich, Köln, Göttingen, Heidelberg,
    Tübingen, Leipzig, Dresden, Graz, Innsbruck, Basel, Lausanne, Milan, Turin, Bologna, Padua, Naples, Ljubljana, Zagreb,
    Belgrade, Sarajevo, Sofia, Bucharest, Budapest, Bratislava, Brno, Kraków, Gdańsk, Wrocław, Vilnius, Riga, Tallinn, Tartu,
    Uppsala, Lund, Göteborg, Bergen, Tromsø, Aarhus, Reykjavík, Turku, Oulu, Cork, Galway, Glasgow, Aberdeen, Cardiff,
    Manchester, Leeds, Bristol, Exeter, York, Durham, Thessaloniki, Ankara, İzmir, Beirut, Amman, Haifa, Doha, Tunis,
    Rabat, Dakar, Kampala, Kigali, Harare, Gaborone, Windhoek, Johannesburg, Durban, Lusaka, Tbilisi, Yerevan, Almaty, Tashkent
    """)

  /// `*` stands for the stem.
  static let companies = WordList.split(
    """
    *, * Labs, * Academy, * Research, * Systems, * Health, * Learning, * Analytics, * Foundation, * Consulting Group
    """)

  static let stems = WordList.split(
    """
    Larkfield, Brightwater, Copperleaf Nine, Quillon, Tessaract, Ostrava North, Fernhollow, Halcyon Bay, Redstart, Ironbark,
    Silverpine, Mosswick, Openmeadow, Palewind, Kestrelworks, Lumenforge, Northgale, Cobalt Finch, Greywren, Stonebrook, Arkadia Nova,
    Bluefallow, Driftmark, Elmsgate, Foxglen, Goldcrest Point, Hearthline, Inkwell & Daughters, Juniper Hall, Knotwood,
    Linden & Lark, Marlowe Reach, Nightjar, Oakhurst Minor, Pinnace, Quartzfield, Rookery Lane, Saltmarsh, Thistledown, Umberfield,
    Velden, Wrenfold, Xylo, Yarrowgate, Zephyrine, Ambleforth, Borealys, Cinderhill, Dovetail & Sons, Evenfall, Flintlock Hill,
    Gossamer, Hollowell, Ivoryton, Jaspergate, Kingfisher Row, Lodestar Minor, Sirocco Works, Nettlebed, Orchard Five
    """)
}
