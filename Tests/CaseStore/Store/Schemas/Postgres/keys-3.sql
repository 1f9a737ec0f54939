SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.keyfact (
    name text NOT NULL,
    value bigint NOT NULL
);
CREATE SEQUENCE public.keynumber
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;
CREATE TABLE public.wrappedkey (
    id bigint NOT NULL,
    organisation bigint NOT NULL,
    scope bigint NOT NULL,
    subject bigint NOT NULL,
    slot bytea NOT NULL,
    destroyed bigint,
    CONSTRAINT wrappedkey_slot_check CHECK ((length(slot) = 69))
);
INSERT INTO public.keyfact VALUES ('shape', 1);
INSERT INTO public.keyfact VALUES ('destructions', 0);
INSERT INTO public.keyfact VALUES ('master', -1016950835453784720);
INSERT INTO public.wrappedkey VALUES (1882538468442113, 0, 0, 0, '\x01f1e3109a6abd8d7061512b4ccd35cc449ffbe9a69a8202924dfe7a0e0c1f205d5d04f8e6b4b0fb7f430f230dbeb43483980416b0bcc45adaf9e4ddf9cde53719893bbfe9', NULL);
INSERT INTO public.wrappedkey VALUES (1882538468442114, 1, 0, 0, '\x01f1e3109a6abd8d707b200eee55a4427b044c8f8372f11d591f76d05e4b9ed4163ec9887df34c9ffb00f1b71d3f22708756ace096e62d50ae1c87f27381a925cd4ef58544', NULL);
INSERT INTO public.wrappedkey VALUES (1882538468442115, 1, 2, 1, '\x010006b028a4b0000278b8b57ccef86a2c9f803e6ee082153aa948e118cafe0c9732585d49739713cd76c011718d5df6014745c0245178c2ef045ffa54820d7fb9f21fadc4', NULL);
INSERT INTO public.wrappedkey VALUES (1882538468442116, 1, 1, 1, '\x010006b028a4b000022d5b1447666a67ae42e613ac91c89501eac5e917394c1947a4dbfadf5113927538db1a42d5a15fcc96693c066a9c633207a98ec9f247352a4c0f8b7f', NULL);
INSERT INTO public.wrappedkey VALUES (1882538468442117, 1, 1, 2, '\x010006b028a4b00002e155ae9a0f5e0e12ef71db4c35bc4ed03f13a35a6d3ff9a8f9aadbaaa0d33511e856185b6bd2ec383d1fb71c97da69257d55cdad6038458a21c340d2', NULL);
INSERT INTO public.wrappedkey VALUES (1882538468442118, 1, 1, 3, '\x010006b028a4b00002c1cddae465e7eca56887a51af5d2a62cfbf93172ea9a722a37ee9d573ee1adb34e588998ac860efb6d453e096351fe2400b6d733b6f7075a7bb71571', NULL);
SELECT pg_catalog.setval('public.keynumber', 1882538468442118, true);
ALTER TABLE ONLY public.keyfact
    ADD CONSTRAINT keyfact_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.wrappedkey
    ADD CONSTRAINT wrappedkey_organisation_scope_subject_key UNIQUE (organisation, scope, subject);
ALTER TABLE ONLY public.wrappedkey
    ADD CONSTRAINT wrappedkey_pkey PRIMARY KEY (id);
CREATE INDEX keybydestruction ON public.wrappedkey USING btree (destroyed) WHERE (destroyed IS NOT NULL);
CREATE INDEX organisationkey ON public.wrappedkey USING btree (id) WHERE (scope = 0);
