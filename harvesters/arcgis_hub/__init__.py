"""The feed of an ArcGIS Hub: data.json as Esri writes it.

``reader`` finds the feed and checks that it arrived whole, ``mapping`` mends what is Esri's own;
the rest is data.json's.
"""
