"""Which lines stand ready for who answers a patient, where a clinic has none of its own?

Short, kind and not clinical; the Spanish does without letters that would make it a dearer text.
"""

from collections.abc import Mapping
from typing import Final

CANNED: Final[tuple[Mapping[str, str], ...]] = (
    {
        "en": "Thank you for telling me. We will look at it together.",
        "es": "Gracias por avisarme. Lo vemos juntos.",
    },
    {
        "en": "I have read your message. I will call you today.",
        "es": "He visto su mensaje. Le llamo hoy.",
    },
    {
        "en": "That can happen. Just go on with the next one.",
        "es": "Eso puede pasar. Siga con la siguiente.",
    },
    {
        "en": "Please stop for now and call us.",
        "es": "Por favor, pare por ahora y llame a la oficina.",
    },
    {
        "en": "I have changed your plan. Your next link shows it.",
        "es": "Su plan tiene cambios. Los ve en su siguiente enlace.",
    },
    {
        "en": "See you at your next visit.",
        "es": "Nos vemos en su siguiente visita.",
    },
)
