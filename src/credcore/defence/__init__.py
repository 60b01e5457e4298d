"""What keeps an answer from talking an AI grader into points, whoever provides the AI.

``screening`` looks at the answer before a call, ``evidence`` and ``feedback`` at the reply, ``verdict`` weighs the
reply against the offline grade. All of it is rules over text: nothing here asks a model whether it was fooled.
"""
