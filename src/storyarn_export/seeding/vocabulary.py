"""Our own words, from which all texts of a synthetic project are made: English, Spanish, German."""

from collections.abc import Mapping

Word = tuple[str, str, str]

WORDS_A_KIND = 32
"""Each list has as many, so that the statements need not count them."""

NOUNS: tuple[Word, ...] = (
    ("lantern", "farol", "Laterne"),
    ("harbour", "puerto", "Hafen"),
    ("ledger", "registro", "Kassenbuch"),
    ("signal", "señal", "Zeichen"),
    ("kettle", "tetera", "Kessel"),
    ("orchard", "huerto", "Obstgarten"),
    ("compass", "brújula", "Kompass"),
    ("ferry", "transbordador", "Fähre"),
    ("quarry", "cantera", "Steinbruch"),
    ("archive", "archivo", "Archiv"),
    ("beacon", "baliza", "Leuchtfeuer"),
    ("workshop", "taller", "Werkstatt"),
    ("river", "río", "Fluss"),
    ("bridge", "puente", "Brücke"),
    ("letter", "carta", "Brief"),
    ("engine", "motor", "Maschine"),
    ("garden", "jardín", "Garten"),
    ("tower", "torre", "Turm"),
    ("storm", "tormenta", "Sturm"),
    ("market", "mercado", "Markt"),
    ("key", "llave", "Schlüssel"),
    ("map", "mapa", "Karte"),
    ("window", "ventana", "Fenster"),
    ("caravan", "caravana", "Karawane"),
    ("mill", "molino", "Mühle"),
    ("well", "pozo", "Brunnen"),
    ("tide", "marea", "Flut"),
    ("cellar", "sótano", "Keller"),
    ("gate", "verja", "Tor"),
    ("choir", "coro", "Chor"),
    ("oath", "juramento", "Eid"),
    ("winter", "invierno", "Winter"),
)

ADJECTIVES: tuple[Word, ...] = (
    ("old", "viejo", "alte"),
    ("quiet", "callado", "stille"),
    ("broken", "roto", "kaputte"),
    ("northern", "norteño", "nördliche"),
    ("borrowed", "prestado", "geliehene"),
    ("narrow", "estrecho", "schmale"),
    ("copper", "cobrizo", "kupferne"),
    ("forgotten", "olvidado", "vergessene"),
    ("patient", "paciente", "geduldige"),
    ("crooked", "torcido", "krumme"),
    ("second", "segundo", "zweite"),
    ("salted", "salado", "gesalzene"),
    ("hollow", "hueco", "hohle"),
    ("early", "temprano", "frühe"),
    ("painted", "pintado", "bemalte"),
    ("restless", "inquieto", "rastlose"),
    ("grey", "gris", "graue"),
    ("distant", "lejano", "ferne"),
    ("locked", "cerrado", "verschlossene"),
    ("honest", "honesto", "ehrliche"),
    ("frozen", "helado", "gefrorene"),
    ("hidden", "oculto", "verborgene"),
    ("heavy", "pesado", "schwere"),
    ("bright", "brillante", "helle"),
    ("sunken", "hundido", "versunkene"),
    ("last", "último", "letzte"),
    ("small", "pequeño", "kleine"),
    ("stubborn", "terco", "sture"),
    ("woven", "tejido", "gewebte"),
    ("missing", "perdido", "fehlende"),
    ("common", "común", "gewöhnliche"),
    ("green", "verde", "grüne"),
)

VERBS: tuple[Word, ...] = (
    ("keeps", "guarda", "behält"),
    ("follows", "sigue", "verfolgt"),
    ("answers", "responde a", "beantwortet"),
    ("hides", "esconde", "verbirgt"),
    ("feeds", "alimenta", "nährt"),
    ("opens", "abre", "öffnet"),
    ("outlasts", "sobrevive a", "überdauert"),
    ("mends", "repara", "flickt"),
    ("buys", "compra", "kauft"),
    ("watches", "vigila", "bewacht"),
    ("crosses", "cruza", "überquert"),
    ("lights", "enciende", "entzündet"),
    ("carries", "lleva", "trägt"),
    ("forgets", "olvida", "vergisst"),
    ("names", "nombra", "benennt"),
    ("breaks", "rompe", "zerbricht"),
    ("counts", "cuenta", "zählt"),
    ("reaches", "alcanza", "erreicht"),
    ("leaves", "deja", "verlässt"),
    ("finds", "encuentra", "findet"),
    ("remembers", "recuerda", "kennt noch"),
    ("warms", "calienta", "wärmt"),
    ("guards", "custodia", "hütet"),
    ("measures", "mide", "misst"),
    ("owes", "debe", "schuldet"),
    ("sells", "vende", "verkauft"),
    ("turns", "gira", "dreht"),
    ("washes", "lava", "wäscht"),
    ("waits for", "espera", "erwartet"),
    ("shelters", "cobija", "schützt"),
    ("trades", "cambia", "tauscht"),
    ("wakes", "despierta", "weckt"),
)

WHEREABOUTS: tuple[Word, ...] = (
    ("before dawn", "antes del alba", "vor dem Morgen"),
    ("by the water", "junto al agua", "am Wasser"),
    ("under the stairs", "bajo la escalera", "unter der Treppe"),
    ("for three days", "durante tres días", "drei Tage lang"),
    ("behind the mill", "detrás del molino", "hinter der Mühle"),
    ("without a word", "sin decir nada", "ohne ein Wort"),
    ("as promised", "como se prometió", "wie versprochen"),
    ("in the cold", "en el frío", "in der Kälte"),
    ("at low tide", "con marea baja", "bei Ebbe"),
    ("along the wall", "a lo largo del muro", "an der Mauer entlang"),
    ("until spring", "hasta la primavera", "bis zum Frühling"),
    ("after the bell", "después de la campana", "nach der Glocke"),
    ("on the far side", "al otro lado", "auf der anderen Seite"),
    ("between two tides", "entre dos mareas", "zwischen zwei Fluten"),
    ("for a fair price", "por un precio justo", "zu einem guten Preis"),
    ("with both hands", "con ambas manos", "mit beiden Händen"),
    ("near the ferry", "cerca del transbordador", "bei der Fähre"),
    ("in plain sight", "a plena vista", "vor aller Augen"),
    ("every seventh night", "cada siete noches", "jede siebte Nacht"),
    ("against advice", "contra todo consejo", "gegen jeden Rat"),
    ("up the hill", "cuesta arriba", "den Hügel hinauf"),
    ("in good faith", "de buena fe", "in gutem Glauben"),
    ("while it rains", "mientras llueve", "solange es regnet"),
    ("at any cost", "a toda costa", "um jeden Preis"),
    ("past the gate", "pasada la verja", "hinter dem Tor"),
    ("by candlelight", "a la luz de una vela", "bei Kerzenlicht"),
    ("once more", "una vez más", "noch einmal"),
    ("in two halves", "en dos mitades", "in zwei Hälften"),
    ("from memory", "de memoria", "aus dem Gedächtnis"),
    ("out of habit", "por costumbre", "aus Gewohnheit"),
    ("since the flood", "desde la inundación", "seit der Flut"),
    ("to the letter", "al pie de la letra", "aufs Wort"),
)

# Short lines as people say them, some with what writers and editors put into text: entities, tags, quotes, dashes.
REMARKS: tuple[Word, ...] = (
    ("Not yet.", "Todavía no.", "Noch nicht."),
    ("Go on.", "Sigue.", "Weiter."),
    ("Who told you that?", "¿Quién te dijo eso?", "Wer hat dir das gesagt?"),
    ("I <em>know</em> what I saw.", "<em>Sé</em> lo que vi.", "Ich <em>weiß</em>, was ich sah."),
    ("Salt &amp; rope, as ever.", "Sal &amp; cuerda, como siempre.", "Salz &amp; Seil, wie immer."),
    ("“Never” is a long time.", "“Nunca” es mucho tiempo.", "„Nie“ ist eine lange Zeit."),
    ("Ask again tomorrow…", "Pregunta mañana…", "Frag morgen wieder…"),
    ("Yes — and no.", "Sí — y no.", "Ja — und nein."),
    ("It cost 3&nbsp;marks.", "Costó 3&nbsp;marcos.", "Es kostete 3&nbsp;Mark."),
    ('She only said "wait".', 'Solo dijo "espera".', 'Sie sagte nur "warte".'),
    ("Mind the step!", "¡Cuidado con el escalón!", "Vorsicht, Stufe!"),
    ("Nobody came.", "No vino nadie.", "Niemand kam."),
    ("We had a deal.", "Teníamos un trato.", "Wir hatten eine Abmachung."),
    ("<strong>Listen.</strong>", "<strong>Escucha.</strong>", "<strong>Hör zu.</strong>"),
    ("Then take it.", "Entonces tómalo.", "Dann nimm es."),
    ("No.", "No.", "Nein."),
    ("And the others?", "¿Y los demás?", "Und die anderen?"),
    ("That was before.", "Eso fue antes.", "Das war früher."),
    ("Leave the \\ mark alone.", "Deja en paz la marca \\.", "Lass das Zeichen \\ in Ruhe."),
    ("Half is mine, 50/50.", "La mitad es mía, 50/50.", "Die Hälfte gehört mir, 50/50."),
    ("It won't hold.", "No aguantará.", "Das hält nicht."),
    ("You again?", "¿Tú otra vez?", "Du schon wieder?"),
    ("Good.", "Bien.", "Gut."),
    ("I'd rather not say.", "Prefiero no decirlo.", "Das sage ich lieber nicht."),
    ("🕯️ The light is out.", "🕯️ La luz se apagó.", "🕯️ Das Licht ist aus."),
    ("They call it 灯.", "Lo llaman 灯.", "Sie nennen es 灯."),
    ("Who pays for that?", "¿Quién paga eso?", "Wer bezahlt das?"),
    ("Tell them I tried.", "Diles que lo intenté.", "Sag ihnen, ich habe es versucht."),
    ("Not for that price.", "No por ese precio.", "Nicht zu diesem Preis."),
    ("Look closer.", "Mira mejor.", "Sieh genauer hin."),
    ("So be it.", "Que así sea.", "So sei es."),
    ("Come in, come in.", "Pasa, pasa.", "Komm herein."),
)

_GIVEN = (
    "Adelo Brenna Corvin Dalia Edrik Fenna Goran Halle Ivo Jessa Kalle Lorne Mirel Nando Oda Perrin Quilla Runa "
    "Silvo Tamsa Ulric Veda Wennel Xanti Yorick Zelma Ñandra Öske Élio Bríd Søren Ilja"
)
_SURNAMES = (
    "Ashgrove Barrowmere Coldwell Dunvar Eastlow Farrowby Glintmoor Harkstead Inglewerth Jarrowind Kestrane "
    "Lowmarch Merrowyn Northam Oakhallow Pennerick Quarrel Redfenn Stonelock Tallowby Umberfell Vantreth "
    "Westerlin Yarrowgate Zandermoor Ravenkeel Silverby Thornwick Underhollow Vexley Wintermarsh Birchmont"
)


def _names(listed: str) -> tuple[Word, ...]:
    return tuple((name, name, name) for name in listed.split())


VOCABULARY: Mapping[str, tuple[Word, ...]] = {
    "noun": NOUNS,
    "adjective": ADJECTIVES,
    "verb": VERBS,
    "whereabouts": WHEREABOUTS,
    "remark": REMARKS,
    "given": _names(_GIVEN),
    "surname": _names(_SURNAMES),
}
